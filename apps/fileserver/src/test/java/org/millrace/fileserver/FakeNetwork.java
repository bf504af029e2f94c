package org.millrace.fileserver;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.Futex;

/** A data path and the clients behind it, in the test's thread: bytes sent are acknowledged at once. */
final class FakeNetwork implements ContextProvider, ContextGrant {
    /** A client's end of a stream. */
    final class Client {
        final int id;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private byte[] outgoing = {};
        private int sent;
        private int window = 4096;
        private long position;
        private long fetched;
        private boolean finishes;
        private int appetite;
        private boolean finSent;
        boolean finished;
        boolean closed;
        boolean aborted;

        private Client(int id) {
            this.id = id;
        }

        Client send(byte[] bytes) {
            if (sent < outgoing.length) {
                throw new IllegalStateException("earlier bytes are still on their way");
            }
            outgoing = bytes;
            sent = 0;
            exchange();
            return this;
        }

        Client send(String text) {
            return send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void finish() {
            finishes = true;
            exchange();
        }

        byte[] bytes() {
            byte[] bytes = received.toByteArray();
            received.reset();
            return bytes;
        }

        String text() {
            return new String(bytes(), StandardCharsets.ISO_8859_1);
        }

        private boolean deliver() {
            int n = closed ? 0 : Math.min(window, outgoing.length - sent);
            boolean fin = finishes && !finSent && sent + n == outgoing.length && !closed;
            if (n == 0 && !fin) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                region.set(ValueLayout.JAVA_BYTE, layout.receiveRing(id) + (position++ & 4095), outgoing[sent++]);
            }
            window -= n;
            finSent |= fin;
            bump(id, n, 0, fin);
            return true;
        }

        private void take(int rx, int tx, boolean fin) {
            window += rx;
            for (int i = 0; i < tx; i++) {
                received.write(region.get(ValueLayout.JAVA_BYTE, layout.transmitRing(id) + (fetched++ & 4095)));
            }
            finished |= fin;
            appetite -= tx;
            if (tx > 0 && appetite > 0) {
                bump(id, 0, tx, false);
            }
        }
    }

    private static final VarHandle ASLEEP = ValueLayout.JAVA_INT.varHandle();

    private final ContextSize size = new ContextSize(16, 4096, 4096, 64);
    private final MemorySegment region = Arena.ofAuto().allocate(ContextLayout.bytes(size), 4096);
    private final ContextLayout layout = ContextLayout.create(region, size, 0);
    private final DescriptorRing requests = new DescriptorRing(region, layout.requestRing(), 64);
    private final DescriptorRing events = new DescriptorRing(region, layout.eventRing(), 64);
    private final List<Client> clients = new ArrayList<>();
    private final List<Long> listeners = new ArrayList<>();
    private Services services;
    private Status listenStatus = Status.OK;
    private boolean open = true;
    private volatile long nowNs;

    Services services() {
        services = new Services(this, size, Services.Patience.DEFAULT, () -> nowNs);
        return services;
    }

    void refuseListeners(Status status) {
        listenStatus = status;
    }

    /** {@return a client of the service that was added as number {@code service}} */
    Client connect(int service) {
        return connect(service, Integer.MAX_VALUE);
    }

    /** {@return a client that acknowledges so many bytes and then no more} */
    Client connect(int service, int appetite) {
        Client client = accept(service, appetite);
        exchange();
        return client;
    }

    private Client accept(int service, int appetite) {
        Client client = new Client(1 << 16 | clients.size());
        client.appetite = appetite;
        clients.add(client);
        events.i64(event(Descriptor.ACCEPTED, client.id), Descriptor.OPAQUE, listeners.get(service));
        return client;
    }

    /**
     * {@return a client that connects while the services have slept for so long} They run in a thread of their own then, and
     * it returns when they sleep again.
     */
    Client connectToSleeping(int service, long sleptNs) {
        Thread.ofPlatform().daemon().start(services::run);
        awaitSleep();
        nowNs += sleptNs;
        Client client = accept(service, Integer.MAX_VALUE);
        events.publish();
        if (events.takeWaiting()) {
            new Futex(region, events.waitingWord()).wake(1);
        }
        awaitSleep();
        requests();
        return client;
    }

    private void awaitSleep() {
        while ((int) ASLEEP.getVolatile(region, events.waitingWord()) == DescriptorRing.AWAKE) {
            if (Thread.currentThread().isInterrupted()) { // by the test's time-out
                throw new AssertionError("the services do not sleep");
            }
            Thread.onSpinWait();
        }
    }

    /** The client resets its stream. */
    void reset(Client client) {
        events.u16(event(Descriptor.CLOSED, client.id), Descriptor.CODE, Status.RESET.code());
        exchange();
    }

    /** Lets time pass. */
    void pass(long ns) {
        nowNs += ns;
        exchange();
    }

    /** Lets time pass in which the services do not run. */
    void passHeldUp(long ns) {
        nowNs += ns;
    }

    /** Runs both sides until nothing moves any more, or for a bounded number of turns. */
    void exchange() {
        int quiet = 0;
        for (int turn = 0; turn < 100_000 && quiet < 3; turn++) {
            boolean moved = false;
            for (Client client : clients) {
                moved |= client.deliver();
            }
            events.publish();
            services.turn(0);
            services.turn(0);
            moved |= requests();
            quiet = moved ? 0 : quiet + 1;
        }
    }

    private boolean requests() {
        boolean some = false;
        while (requests.available() > 0) {
            request(requests.peek());
            requests.next();
            some = true;
        }
        requests.release();
        return some;
    }

    private void request(long slot) {
        int id = requests.i32(slot, Descriptor.CONNECTION);
        Client client = id == 0 ? null : clients.get(ContextLayout.slot(id));
        switch (requests.u8(slot, Descriptor.TYPE)) {
            case Descriptor.BUMP -> client.take(requests.i32(slot, Descriptor.RX_BYTES),
                requests.i32(slot, Descriptor.TX_BYTES), requests.u8(slot, Descriptor.FLAGS) == Descriptor.FIN);
            case Descriptor.LISTEN -> listening(requests.i64(slot, Descriptor.OPAQUE),
                requests.u16(slot, Descriptor.LOCAL_PORT));
            case Descriptor.CLOSE -> client.closed = true;
            case Descriptor.ABORT -> {
                client.aborted = true;
                client.closed = true;
            }
            default -> throw new AssertionError("unexpected request");
        }
    }

    private void listening(long opaque, int port) {
        listeners.add(opaque);
        long slot = event(Descriptor.LISTENING, 0);
        events.i64(slot, Descriptor.OPAQUE, opaque);
        events.u16(slot, Descriptor.CODE, listenStatus.code());
        Addresses.write(region, slot + Descriptor.LOCAL_ADDRESS, new InetSocketAddress("10.0.0.1", 0).getAddress());
        events.u16(slot, Descriptor.LOCAL_PORT, port);
    }

    private void bump(int id, int rx, int tx, boolean fin) {
        long slot = event(Descriptor.BUMP, id);
        events.i32(slot, Descriptor.RX_BYTES, rx);
        events.i32(slot, Descriptor.TX_BYTES, tx);
        events.u8(slot, Descriptor.FLAGS, fin ? Descriptor.FIN : 0);
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

    @Override
    public ContextGrant open(ContextSize wanted) {
        return this;
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
        return List.of("tcp");
    }

    @Override
    public void ring() {
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
