package org.millrace.lab.tofino;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/**
 * Long streams one way: a sender that keeps its buffer full, or writes at a rate, and a receiver that takes what has come. Owned by: the thread of the rack.
 */
final class Streams implements RackHost.Application {
    private static final int PORT = 9_000;
    private static final int CHUNK_BYTES = 16 << 10;
    private static final double BIT_PS_AT_1_MBIT = 1e6;
    private static final MemorySegment SCRATCH = MemorySegment.ofArray(new byte[CHUNK_BYTES]);

    private final Rack rack;
    private final long mbit;
    private final List<StreamSocket> senders = new ArrayList<>();
    private final Map<Endpoint, Integer> numbers = new HashMap<>();
    private ListenSocket listener;
    private long received;

    /** @param mbit of each stream; 0: as fast as it goes */
    Streams(Rack rack, long mbit) {
        this.rack = rack;
        this.mbit = mbit;
    }

    void receive(RackHost host) {
        listener = host.own(host.contexts.getLast().listen(new InetSocketAddress(InetAddress.ofLiteral(host.address()), PORT), 64), this);
        host.poll();
        rack.until(listener::isListening);
    }

    /** Begins to send. */
    void send(RackHost from, RackHost to) {
        StreamSocket socket = from.own(from.contexts.getLast().connect(new InetSocketAddress(InetAddress.ofLiteral(to.address()), PORT)), this);
        numbers.put(socket, senders.size());
        senders.add(socket);
        from.poll();
        rack.until(socket::isConnected);
        from.plan(rack.agenda.nowPs(), this, senders.size() - 1);
    }

    /** {@return bytes that have come, of all streams} */
    long received() {
        return received;
    }

    /**
     * {@return Gbit/s of all streams together over a time}
     *
     * @param ns from now
     */
    double gbitOver(long ns) {
        long before = received;
        rack.runFor(ns);
        return (received - before) * 8.0 / ns;
    }

    @Override
    public void ready(RackHost host, Endpoint endpoint) {
        if (endpoint instanceof ListenSocket) {
            accept(host);
        } else if (endpoint instanceof StreamSocket socket) {
            int bytes = socket.readable();
            received += bytes;
            if (bytes > 0) {
                socket.release(bytes);
            }
            if (mbit == 0 && numbers.containsKey(socket)) {
                write(socket, socket.writable());
            }
        }
    }

    private void accept(RackHost host) {
        try {
            for (StreamSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
                host.own(socket, this);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void happen(RackHost host, long argument) {
        StreamSocket socket = senders.get((int) argument);
        if (mbit == 0) {
            write(socket, socket.writable());
        } else {
            write(socket, Math.min(CHUNK_BYTES, socket.writable()));
            host.plan(host.nowPs() + Math.round(CHUNK_BYTES * 8 * BIT_PS_AT_1_MBIT / mbit), this, argument);
        }
    }

    private static void write(StreamSocket socket, int bytes) {
        try {
            for (int left = bytes; left > 0; ) {
                int written = socket.write(SCRATCH, 0, Math.min(left, CHUNK_BYTES));
                left = written == 0 ? 0 : left - written;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
