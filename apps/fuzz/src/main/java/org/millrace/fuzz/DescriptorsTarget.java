package org.millrace.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.toe.ListenSocket;

/** An application writes descriptors of any content into its ring, beside one that does nothing wrong. */
public final class DescriptorsTarget {
    private static final int MOST = 48;

    private DescriptorsTarget() {
    }

    /**
     * A run.
     *
     * @param data the program, then steps: time, descriptors of 64 bytes, or plausible ones
     */
    public static void fuzzerTestOneInput(byte[] data) {
        Input input = new Input(data);
        try (World world = new World(Programs.of(input)); ContextGrant hostile = world.grant()) {
            ListenSocket good = world.application().listen(Client.local(), 8);
            world.settle();
            ContextLayout layout = ContextLayout.attach(hostile.region());
            DescriptorRing requests = new DescriptorRing(layout.region(), layout.requestRing(), layout.size().ringSlots());
            DescriptorRing events = new DescriptorRing(layout.region(), layout.eventRing(), layout.size().ringSlots());
            for (int i = 0; i < MOST && !input.isEmpty() && hostile.isOpen(); i++) {
                step(world, input, layout.region(), requests);
                for (int n = events.available(); n > 0; n--) {
                    events.peek();
                    events.next();
                }
                events.release();
            }
            Client.isServed(world, good);
        }
    }

    private static void step(World world, Input input, MemorySegment region, DescriptorRing requests) {
        switch (input.below(4)) {
            case 0 -> world.pass(1L << 16 + input.below(16));
            case 1 -> descriptor(region, requests, input.bytes(Descriptor.BYTES));
            default -> descriptor(region, requests, plausible(input));
        }
        world.settle();
    }

    /** One whose fields are small, and set only if a bit says so. */
    private static byte[] plausible(Input input) {
        byte[] small = new byte[Descriptor.BYTES];
        small[Descriptor.TYPE] = (byte) input.below(20);
        int set = input.u8();
        small[Descriptor.CONNECTION] = (byte) ((set & 1) == 0 ? 0 : input.below(20));
        put(small, Descriptor.RX_BYTES, (set & 2) == 0 ? 0 : input.i16());
        put(small, Descriptor.TX_BYTES, (set & 4) == 0 ? 0 : input.i16());
        put(small, Descriptor.OPAQUE, (set & 8) == 0 ? 0 : input.u16());
        put(small, Descriptor.ARGUMENT, (set & 16) == 0 ? 0 : input.i32());
        small[Descriptor.FLAGS] = (byte) ((set & 32) == 0 ? 0 : input.u8());
        small[Descriptor.CODE] = (byte) ((set & 64) == 0 ? 0 : input.u8());
        if ((set & 128) != 0) {
            byte[] ends = input.bytes(Descriptor.BYTES - Descriptor.LOCAL_PORT);
            System.arraycopy(ends, 0, small, Descriptor.LOCAL_PORT, ends.length);
        }
        return small;
    }

    private static void put(byte[] descriptor, int at, int value) {
        MemorySegment.ofArray(descriptor).set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
    }

    private static void descriptor(MemorySegment region, DescriptorRing requests, byte[] bytes) {
        long slot = requests.claim();
        if (slot >= 0) {
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, region, slot, bytes.length);
            requests.publish();
        }
    }
}
