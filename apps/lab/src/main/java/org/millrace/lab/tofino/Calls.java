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
import org.millrace.lab.experiment.Samples;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * Remote procedure calls in closed loops, one under way a connection: the application of every host, which answers calls and makes its own. Owned by: the
 * thread of the rack.
 */
final class Calls implements RackHost.Application {
    private static final int FIRST_PORT = 7_000;
    private static final int AT_ONCE = 64;
    private static final double PS_PER_US = 1e6;

    private final Rack rack;
    private final int bytes;
    private final Map<Endpoint, Integer> numbers = new HashMap<>();
    private final List<End> ends = new ArrayList<>();
    private final List<StreamSocket> connecting = new ArrayList<>();
    private final Map<RackHost, Integer> turns = new HashMap<>();
    private final List<ListenSocket> listeners = new ArrayList<>();
    private final MemorySegment scratch;
    private final Samples latenciesUs = new Samples();
    private boolean isPaused;
    private int underWay;
    private long completed;
    private long beganPs;
    private long tookPs;
    private long measured;
    private long recirculatedPs;
    private Rack.Passes passes;

    /** An end of a connection. */
    private static final class End {
        final RackHost host;
        final StreamSocket socket;
        final boolean isCaller;
        int taken;
        long sentPs;

        End(RackHost host, StreamSocket socket, boolean isCaller) {
            this.host = host;
            this.socket = socket;
            this.isCaller = isCaller;
        }
    }

    /** @param bytes of a call and of its answer */
    Calls(Rack rack, int bytes) {
        this.rack = rack;
        this.bytes = bytes;
        scratch = MemorySegment.ofArray(new byte[bytes]);
    }

    /** Listens on all contexts of a host. */
    void serve(RackHost host) {
        for (int i = 0; i < host.contexts.size(); i++) {
            listeners.add(host.own(host.contexts.get(i).listen(new InetSocketAddress(InetAddress.ofLiteral(host.address()), FIRST_PORT + i), 4 * AT_ONCE),
                this));
        }
        host.poll();
        rack.until(() -> listeners.stream().allMatch(ListenSocket::isListening));
    }

    /** Connects a host to another; contexts of both take turns. They may not be connected before {@link #begin}. */
    void connect(RackHost client, RackHost server) {
        int turn = turns.merge(client, 1, Integer::sum);
        Toe toe = client.contexts.get(turn % client.contexts.size());
        StreamSocket socket = toe.connect(new InetSocketAddress(InetAddress.ofLiteral(server.address()), FIRST_PORT + turn % server.contexts.size()));
        add(client, socket, true);
        connecting.add(socket);
        client.poll();
        if (connecting.size() == AT_ONCE) {
            connected();
        }
    }

    private void connected() {
        rack.until(() -> connecting.stream().allMatch(StreamSocket::isConnected));
        connecting.clear();
    }

    private void add(RackHost host, StreamSocket socket, boolean isCaller) {
        host.own(socket, this);
        numbers.put(socket, ends.size());
        ends.add(new End(host, socket, isCaller));
    }

    /** The first call of each connection, spread over a time. */
    void begin(long overPs) {
        connected();
        long beginPs = rack.agenda.nowPs();
        isPaused = false;
        for (int i = 0; i < ends.size(); i++) {
            End end = ends.get(i);
            if (end.isCaller) {
                end.sentPs = beginPs + overPs * i / ends.size();
                end.host.plan(end.sentPs, this, i);
                underWay++;
            }
        }
    }

    /** Waits until all that are under way have been answered. */
    void pause() {
        isPaused = true;
        rack.until(() -> underWay == 0);
    }

    /** {@return calls that have been answered} */
    long completed() {
        return completed;
    }

    /** {@return of what was answered since they were cleared, microseconds} */
    Samples latenciesUs() {
        return latenciesUs;
    }

    @Override
    public void ready(RackHost host, Endpoint endpoint) {
        if (endpoint instanceof ListenSocket listener) {
            accept(host, listener);
            return;
        }
        Integer number = numbers.get(endpoint);
        End end = number == null ? null : ends.get(number);
        while (end != null && end.socket.readable() - end.taken >= bytes) {
            end.taken += bytes;
            long seenPs = host.seenPs(host.nowPs());
            if (end.isCaller) {
                completed++;
                if (!isPaused) {
                    latenciesUs.add((seenPs - end.sentPs) / PS_PER_US);
                }
                end.sentPs = seenPs;
                underWay -= isPaused ? 1 : 0;
            }
            if (isPaused && end.isCaller) {
                end.socket.release(bytes);
                end.taken -= bytes;
                return;
            }
            host.plan(host.sentPs(seenPs), this, number);
        }
    }

    /** Runs until so many more calls have been answered behind a first quarter as many, which is not counted; then none is under way any more. */
    void run(long calls) {
        long until = completed + calls / 4;
        rack.until(() -> completed >= until);
        latenciesUs.clear();
        beganPs = rack.agenda.nowPs();
        passes = rack.passes();
        recirculatedPs = rack.recirculation().busyPs();
        long first = completed;
        rack.until(() -> completed >= first + calls);
        tookPs = rack.agenda.nowPs() - beganPs;
        measured = completed - first;
        recirculatedPs = rack.recirculation().busyPs() - recirculatedPs;
        passes = rack.passes().since(passes);
        pause();
    }

    /** {@return calls a second, millions, of what was measured} */
    double millionsPerSecond() {
        return measured * 1e6 / tookPs;
    }

    /** {@return the part of the time that the recirculation was busy, of what was measured} */
    double recirculationBusy() {
        return (double) recirculatedPs / tookPs;
    }

    /** {@return calls that were measured} */
    long measured() {
        return measured;
    }

    /** {@return passes through the pipe, of what was measured} */
    Rack.Passes passes() {
        return passes;
    }

    private void accept(RackHost host, ListenSocket listener) {
        try {
            for (StreamSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
                add(host, socket, false);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was taken is released with what is written: a call, or the answer to one. */
    @Override
    public void happen(RackHost host, long argument) {
        End end = ends.get((int) argument);
        if (end.taken > 0) {
            end.socket.release(bytes);
            end.taken -= bytes;
        }
        try {
            if (end.socket.write(scratch, 0, bytes) != bytes) {
                throw new IllegalStateException("the buffer is too small for a call");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
