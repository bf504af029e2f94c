package org.millrace.runtime.swap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.millrace.api.context.ContextSize;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.tenant.AddressCodec;
import org.millrace.runtime.tenant.AppContext;

/**
 * An application of a scratch data path: fills every stream that it has, reads all that comes, and on some streams
 * answers only what it was sent. What a buffer holds depends on the position alone, so what comes can be checked.
 * Owned by: the thread that polls.
 */
final class ScratchApplication {
    static final ContextSize SIZE = new ContextSize(64, 16 << 10, 16 << 10, 1024);
    private static final int ECHOES_ONE_OF = 4;
    private static final int ECHO_BYTES = 512;

    private final AppContext context;
    private final MemorySegment region;
    private final DescriptorRing requests;
    private final DescriptorRing events;
    private final boolean[] open = new boolean[SIZE.connections()];
    private final int[] ids = new int[SIZE.connections()];
    private final int[] position = new int[SIZE.connections()];
    private final int[] room = new int[SIZE.connections()];
    /** Bytes that a stream which echoes has still to send. */
    private final int[] owed = new int[SIZE.connections()];
    private final long[] appended = new long[SIZE.connections()];
    private long received;
    private int connected;
    private int failed;

    ScratchApplication(DataPath path) {
        context = path.open(SIZE);
        region = context.region.segment();
        requests = new DescriptorRing(region, context.layout.requestRing(), SIZE.ringSlots());
        events = new DescriptorRing(region, context.layout.eventRing(), SIZE.ringSlots());
    }

    /** {@return payload bytes read so far} */
    long received() {
        return received;
    }

    /** {@return streams open} */
    int connected() {
        return connected;
    }

    /** {@return how often something was not as it should be: a stream that did not come about or broke, wrong bytes} */
    int failures() {
        return failed;
    }

    void listen(int position, int address, int port) {
        long slot = requests.claim();
        requests.u8(slot, Descriptor.TYPE, Descriptor.LISTEN);
        requests.u16(slot, Descriptor.CODE, position + 1);
        requests.i32(slot, Descriptor.ARGUMENT, SIZE.connections());
        requests.u16(slot, Descriptor.LOCAL_PORT, port);
        AddressCodec.write(requests, slot, Descriptor.LOCAL_ADDRESS, address);
        requests.publish();
    }

    void connect(int position, int address, int port) {
        long slot = requests.claim();
        requests.u8(slot, Descriptor.TYPE, Descriptor.CONNECT);
        requests.u16(slot, Descriptor.CODE, position + 1);
        requests.i64(slot, Descriptor.OPAQUE, 1);
        requests.u16(slot, Descriptor.PEER_PORT, port);
        AddressCodec.write(requests, slot, Descriptor.PEER_ADDRESS, address);
        requests.publish();
    }

    /** Reads what there is, writes what there is room for. Answers whether there was anything. */
    boolean run() {
        int count = Math.min(events.available(), requests.free());
        for (int i = 0; i < count; i++) {
            event(events.peek());
            events.next();
        }
        events.release();
        requests.publish();
        return count > 0;
    }

    private void event(long event) {
        int id = events.i32(event, Descriptor.CONNECTION);
        int slot = id & 0xffff;
        switch (events.u8(event, Descriptor.TYPE)) {
            case Descriptor.CONNECTED, Descriptor.ACCEPTED -> opened(id, slot);
            case Descriptor.BUMP -> bumped(event, id, slot);
            case Descriptor.CLOSED -> failed += open[slot] ? 1 : 0;
            default -> {
                // LISTENING is no news
            }
        }
    }

    private void opened(int id, int slot) {
        if (id == 0) {
            failed++;
            return;
        }
        connected++;
        ids[slot] = id;
        open[slot] = true;
        position[slot] = 0;
        room[slot] = SIZE.transmitBytes();
        owed[slot] = ECHO_BYTES;
        appended[slot] = 0;
        pattern(context.layout.transmitRing(slot));
        bump(id, 0);
    }

    private void pattern(long ring) {
        for (int i = 0; i < SIZE.transmitBytes(); i += Integer.BYTES) {
            region.set(ValueLayout.JAVA_INT, ring + i, at(i));
        }
    }

    private static int at(int position) {
        return position * 0x9e37_79b1;
    }

    private void bumped(long event, int id, int slot) {
        int readable = events.i32(event, Descriptor.RX_BYTES);
        int freed = events.i32(event, Descriptor.TX_BYTES);
        if (open[slot] && readable >= Long.BYTES && !isRight(slot)) {
            failed++;
        }
        received += readable;
        position[slot] += readable;
        room[slot] += freed;
        owed[slot] = Math.min(owed[slot] + readable, ECHO_BYTES);
        if (open[slot]) {
            bump(id, readable);
        }
    }

    /** {@return bytes to append now: a pushing application must not go beyond what it was granted} */
    private int sendable(int slot) {
        int wanted = slot % ECHOES_ONE_OF == 0 ? Math.min(owed[slot], room[slot]) : room[slot];
        if (context.layout.pacing(slot) != ContextLayout.PUSH) {
            return wanted;
        }
        return Math.clamp(context.layout.credits(slot) - appended[slot], 0, wanted);
    }

    private void bump(int id, int consumed) {
        int stream = ContextLayout.slot(id);
        int bytes = sendable(stream);
        if (consumed + bytes == 0) {
            return;
        }
        owed[stream] = Math.max(owed[stream] - bytes, 0);
        room[stream] -= bytes;
        appended[stream] += bytes;
        long slot = requests.claim();
        requests.u8(slot, Descriptor.TYPE, Descriptor.BUMP);
        requests.i32(slot, Descriptor.CONNECTION, id);
        requests.i32(slot, Descriptor.RX_BYTES, consumed);
        requests.i32(slot, Descriptor.TX_BYTES, bytes);
    }

    /** Lets go of all streams: some in order, some at once. */
    void close() {
        for (int slot = 0; slot < open.length; slot++) {
            if (open[slot]) {
                open[slot] = false;
                connected--;
                long request = requests.claim();
                requests.u8(request, Descriptor.TYPE, (slot & 1) == 0 ? Descriptor.CLOSE : Descriptor.ABORT);
                requests.i32(request, Descriptor.CONNECTION, ids[slot]);
            }
        }
        requests.publish();
    }

    /** {@return whether what comes next in the receive ring is what was sent; a sample} */
    private boolean isRight(int slot) {
        int next = position[slot] + Integer.BYTES - 1 & -Integer.BYTES & SIZE.receiveBytes() - 1;
        return region.get(ValueLayout.JAVA_INT, context.layout.receiveRing(slot) + next) == at(next);
    }

    /** Frees the context's memory, once the data path is closed. */
    void free() {
        context.region.close();
    }
}
