package org.millrace.toe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Futex;

/** The data path's side of a context, driven by a test: it reads requests one by one and writes events. */
public final class FakeDataPath implements ContextGrant {
    public static final ContextSize SMALL = new ContextSize(8, 4096, 4096, 64);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** A request as it was read. */
    record Request(int type, int connection, int rx, int tx, boolean fin, int code, int argument, long opaque,
                   InetSocketAddress local, InetSocketAddress peer) {
    }

    public final MemorySegment region;
    public final ContextLayout layout;
    private final DescriptorRing requests;
    private final DescriptorRing events;
    private Pipe pipe;
    private final Futex bell;
    private volatile boolean open = true;
    int rings;
    /** What is done at the next rings. */
    Runnable whenRung = () -> { };

    public FakeDataPath() {
        this(SMALL);
    }

    FakeDataPath(ContextSize size) {
        this(size, 7);
    }

    FakeDataPath(ContextSize size, int number) {
        region = Arena.ofAuto().allocate(ContextLayout.bytes(size), 4096);
        layout = ContextLayout.create(region, size, number);
        requests = new DescriptorRing(region, layout.requestRing(), size.ringSlots());
        events = new DescriptorRing(region, layout.eventRing(), size.ringSlots());
        bell = new Futex(region, events.waitingWord());
    }

    /** {@return the next request, or null; its slot is given back at once} */
    Request take() {
        if (requests.available() < 1) {
            return null;
        }
        long slot = requests.peek();
        Request request = new Request(requests.u8(slot, Descriptor.TYPE), requests.i32(slot, Descriptor.CONNECTION),
            requests.i32(slot, Descriptor.RX_BYTES), requests.i32(slot, Descriptor.TX_BYTES),
            requests.u8(slot, Descriptor.FLAGS) == Descriptor.FIN, requests.u16(slot, Descriptor.CODE),
            requests.i32(slot, Descriptor.ARGUMENT), requests.i64(slot, Descriptor.OPAQUE),
            address(slot, Descriptor.LOCAL_ADDRESS, Descriptor.LOCAL_PORT),
            address(slot, Descriptor.PEER_ADDRESS, Descriptor.PEER_PORT));
        requests.next();
        requests.release();
        return request;
    }

    /** Takes a request without looking. */
    boolean skip() {
        boolean there = requests.available() == 1;
        requests.next();
        requests.release();
        return there;
    }

    List<Request> takeAll() {
        List<Request> all = new ArrayList<>();
        for (Request request = take(); request != null; request = take()) {
            all.add(request);
        }
        return all;
    }

    private InetSocketAddress address(long slot, int address, int port) {
        return new InetSocketAddress(Addresses.read(region, slot + address), requests.u16(slot, port));
    }

    /** Marks the data path asleep, so that the next publish rings. */
    void sleep() {
        requests.waiting(true);
    }

    void connected(long opaque, int id, Status status) {
        if (status == Status.OK) {
            record(id);
        }
        long slot = event(Descriptor.CONNECTED, id);
        events.i64(slot, Descriptor.OPAQUE, opaque);
        events.u16(slot, Descriptor.CODE, status.code());
        publish();
    }

    /** Answers CONNECT with an id that has no record. */
    void rawConnected(long opaque, int id) {
        events.i64(event(Descriptor.CONNECTED, id), Descriptor.OPAQUE, opaque);
        publish();
    }

    void listening(long opaque, int listener, InetSocketAddress local, Status status) {
        long slot = event(Descriptor.LISTENING, 0);
        events.i64(slot, Descriptor.OPAQUE, opaque);
        events.u16(slot, Descriptor.CODE, status.code());
        events.i32(slot, Descriptor.ARGUMENT, listener);
        Addresses.write(region, slot + Descriptor.LOCAL_ADDRESS, local.getAddress());
        events.u16(slot, Descriptor.LOCAL_PORT, local.getPort());
        publish();
    }

    void accepted(long opaque, int id) {
        record(id);
        events.i64(event(Descriptor.ACCEPTED, id), Descriptor.OPAQUE, opaque);
        publish();
    }

    public void bump(int id, int rx, int tx, boolean fin) {
        long slot = event(Descriptor.BUMP, id);
        events.i32(slot, Descriptor.RX_BYTES, rx);
        events.i32(slot, Descriptor.TX_BYTES, tx);
        events.u8(slot, Descriptor.FLAGS, fin ? Descriptor.FIN : 0);
        publish();
    }

    void message(int id, int position, int bytes, InetSocketAddress peer) {
        long slot = event(Descriptor.MESSAGE, id);
        events.i32(slot, Descriptor.ARGUMENT, position);
        events.i32(slot, Descriptor.RX_BYTES, bytes);
        Addresses.write(region, slot + Descriptor.PEER_ADDRESS, peer.getAddress());
        events.u16(slot, Descriptor.PEER_PORT, peer.getPort());
        publish();
    }

    void sent(int id, int position, Status status) {
        long slot = event(Descriptor.SENT, id);
        events.i32(slot, Descriptor.ARGUMENT, position);
        events.u16(slot, Descriptor.CODE, status.code());
        publish();
    }

    void closed(int id, Status status) {
        events.u16(event(Descriptor.CLOSED, id), Descriptor.CODE, status.code());
        publish();
    }

    /** An event of a type that there is not. */
    void unknown(int type) {
        event(type, 0);
        publish();
    }

    /** Writes stream bytes into a receive ring; the bump is the test's. */
    void deliver(int id, long position, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            region.set(ValueLayout.JAVA_BYTE, layout.receiveRing(id)
                + (position + i & layout.size().receiveBytes() - 1), bytes[i]);
        }
    }

    /** {@return stream bytes of a transmit ring} */
    byte[] fetch(int id, long position, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = region.get(ValueLayout.JAVA_BYTE, layout.transmitRing(id)
                + (position + i & layout.size().transmitBytes() - 1));
        }
        return bytes;
    }

    /** Lets the event ring's index run too far. */
    void corruptEvents() {
        region.set(I64, layout.eventRing(), 1 << 20);
    }

    /** Lets the index of taken requests run ahead of what was written. */
    void corruptRequests() {
        region.set(I64, layout.requestRing() + 64, 1 << 20);
    }

    /** The runtime stops serving the context, as it does when it goes down. */
    void goAway() {
        layout.markClosed();
        wake();
    }

    public boolean applicationSleeps() {
        return (int) I32.varHandle().getVolatile(region, events.waitingWord()) != DescriptorRing.AWAKE;
    }

    int eventRoom() {
        return events.free();
    }

    private void record(int id) {
        long record = layout.record(id);
        region.set(I32, record + ContextLayout.ID, id);
        Addresses.write(region, record + ContextLayout.LOCAL_ADDRESS, new InetSocketAddress("10.0.0.1", 0).getAddress());
        Addresses.write(region, record + ContextLayout.PEER_ADDRESS, new InetSocketAddress("10.0.0.2", 0).getAddress());
        events.u16(record, ContextLayout.LOCAL_PORT, 80);
        events.u16(record, ContextLayout.PEER_PORT, 40000);
    }

    private long event(int type, int id) {
        if (events.free() < 1) {
            throw new AssertionError("the event ring is full");
        }
        long slot = events.claim();
        events.u8(slot, Descriptor.TYPE, type);
        events.i32(slot, Descriptor.CONNECTION, id);
        return slot;
    }

    private void publish() {
        events.publish();
        wake();
    }

    private void wake() {
        switch (events.takeSleep()) {
            case DescriptorRing.ON_FUTEX -> bell.wake(1);
            case DescriptorRing.IN_SELECTOR -> {
                try {
                    pipe.sink().write(ByteBuffer.allocate(1));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            default -> { }
        }
    }

    @Override
    public SelectableChannel wakeChannel() throws IOException {
        pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        return pipe.source();
    }

    /** Wakes by another's channel too. */
    void wakeLike(FakeDataPath other) {
        pipe = other.pipe;
    }

    /** The runtime is gone, and its end of the wake channel with it. */
    void endWakeChannel() throws IOException {
        pipe.sink().close();
    }

    @Override
    public String instance() {
        return "fake";
    }

    @Override
    public MemorySegment region() {
        return region;
    }

    @Override
    public List<String> transports() {
        return List.of("tcp", "udp");
    }

    @Override
    public void ring() {
        rings++;
        whenRung.run();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
