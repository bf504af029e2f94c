package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.millrace.agilio.MachineView;
import org.millrace.lab.agilio.HostThreads.Job;
import org.millrace.lab.experiment.LabException;
import org.millrace.toe.StreamSocket;

/**
 * Messages over streams: a host pours them into its streams, the other takes them, and answers if it is to. What an application waits for
 * is in the streams' buffers alone, so a message may be longer than they are. Owned by one thread.
 */
final class StreamWorld {
    /** A read or a write of an application: half of Table 4.2's 740 cycles of sockets a request, at 2 GHz. */
    static final long CALL_NS = 185;
    /** How finely time goes on. A frame of 1,514 bytes takes 308 ns. */
    private static final long STEP_NS = 100;
    /** FlexTOE as published; the least timeout the text does not say. */
    static final Map<String, String> OPTIONS = Map.of("profile", "dissertation", "rto-min-ms", "1");

    private final Load load;
    private final TwoHosts hosts;
    private final TwoHosts.Hardware pouring;
    private final TwoHosts.Hardware taking;
    private final HostThreads pourers;
    private final HostThreads takers;
    private final List<Take> takes = new ArrayList<>();

    /**
     * What is sent.
     *
     * @param connections  streams
     * @param threads      of the host that pours
     * @param takingThreads of the other
     * @param messageBytes of a message
     * @param answerBytes  of its answer, which the next message waits for: as long as the message, it is the message itself, sent back as it
     *                     comes; 0: none, and nothing waits
     * @param pourNs       of a thread for a message, beside its calls
     * @param takeNs       likewise, of the other host's
     * @param bufferBytes  of a stream, each way, a power of two
     */
    record Load(int connections, int threads, int takingThreads, int messageBytes, int answerBytes, long pourNs, long takeNs, int bufferBytes) {
        boolean isEcho() {
            return answerBytes == messageBytes;
        }
    }

    /**
     * What came of it.
     *
     * @param tookNs   in this time
     * @param bytes    of messages that were taken, by stream
     * @param lost     frames that the link lost
     * @param dropped  frames that found its queue full
     * @param pouring  the machine that sends; null if it is not modelled
     * @param taking   the other
     */
    record Outcome(long tookNs, double[] bytes, long lost, long dropped, MachineView pouring, MachineView taking) {
        double gbitPerSecond() {
            return Arrays.stream(bytes).sum() * 8 / tookNs;
        }
    }

    StreamWorld(TwoHosts.Hardware pouring, TwoHosts.Hardware taking, Load load, Wire.Shape shape, long seed) throws LabException {
        this.load = load;
        this.pouring = pouring;
        this.taking = taking;
        pourers = new HostThreads(load.threads, socket -> {
            throw new IllegalStateException("nobody connects to the host that pours");
        });
        takers = new HostThreads(load.takingThreads, this::take);
        try {
            hosts = new TwoHosts(plan(taking, load.takingThreads, takers), plan(pouring, load.threads, pourers), shape, STEP_NS, seed);
        } catch (IllegalArgumentException e) {
            throw new LabException(e.getMessage()); // the program does not fit: the reason
        }
        List<StreamSocket> streams = hosts.connect(load.connections);
        for (int i = 0; i < streams.size(); i++) {
            Job job = new Pour(streams.get(i), i % load.threads);
            streams.get(i).attach(job);
            pourers.queue(job, hosts.nowNs());
        }
        hosts.wake();
    }

    private TwoHosts.Plan plan(TwoHosts.Hardware hardware, int threads, HostThreads application) {
        return new TwoHosts.Plan(hardware, new VirtualHost.Size(hardware.backend, OPTIONS, List.of(), threads,
            Math.ceilDiv(load.connections, threads) + 1, load.bufferBytes), application);
    }

    private Job take(StreamSocket socket) {
        Take take = new Take(socket);
        takes.add(take);
        return take;
    }

    /** Lets it settle, then counts for a while. */
    Outcome run(long settleNs, long measureNs) {
        long fromNs = hosts.nowNs() + settleNs;
        hosts.run(() -> hosts.nowNs() >= fromNs);
        long beganNs = hosts.nowNs();
        takes.forEach(Take::restart);
        long lost = hosts.lost();
        long dropped = hosts.dropped();
        MachineView sender = shown(pouring);
        MachineView receiver = shown(taking);
        hosts.run(() -> hosts.nowNs() >= beganNs + measureNs);
        return new Outcome(hosts.nowNs() - beganNs, takes.stream().mapToDouble(take -> take.bytes).toArray(),
            hosts.lost() - lost, hosts.dropped() - dropped, sender, receiver);
    }

    private static MachineView shown(TwoHosts.Hardware hardware) {
        MachineView machine = hardware.machine();
        if (machine != null) {
            machine.restart();
        }
        return machine;
    }

    /** Takes what is there, at most some; answers how much. */
    private static int read(StreamSocket socket, int most) {
        int bytes = Math.min(socket.readable(), most);
        if (bytes > 0) {
            socket.release(bytes);
        }
        return bytes;
    }

    /** Appends what there is room for, at most some; what is in it does not matter. Answers how much. */
    private static int write(StreamSocket socket, int most) {
        int bytes = Math.min(socket.writable(), most);
        if (bytes > 0) {
            socket.commit(bytes);
        }
        return bytes;
    }

    /** What calls take: nothing on a host that is not modelled. */
    private static long callsNs(int calls, long callNs) {
        return calls == 0 ? Job.IDLE : calls * callNs;
    }

    private final class Pour extends Job {
        private final long callNs = pouring.machine() == null ? 0 : CALL_NS;
        private int left = load.messageBytes;
        private int owed = load.answerBytes;

        Pour(StreamSocket socket, int thread) {
            super(socket, thread);
        }

        @Override
        long work(long nowNs) {
            int got = read(socket, owed);
            owed -= got;
            if (left == 0 && owed == 0) {
                left = load.messageBytes;
                owed = load.answerBytes;
            }
            int put = write(socket, left);
            left -= put;
            long tookNs = callsNs((got > 0 ? 1 : 0) + (put > 0 ? 1 : 0), callNs);
            return put > 0 && left == 0 ? tookNs + load.pourNs : tookNs;
        }
    }

    private final class Take extends Job {
        private final long callNs = taking.machine() == null ? 0 : CALL_NS;
        private int left = load.messageBytes;
        private int owes;
        private long bytes;

        Take(StreamSocket socket) {
            super(socket, TwoHosts.context(socket));
        }

        void restart() {
            bytes = 0;
        }

        @Override
        long work(long nowNs) {
            int got = read(socket, left);
            left -= got;
            bytes += got;
            owes += load.isEcho() ? got : 0;
            boolean isWhole = left == 0;
            if (isWhole) {
                left = load.messageBytes;
                owes += load.isEcho() ? 0 : load.answerBytes;
            }
            int put = write(socket, owes);
            owes -= put;
            long tookNs = callsNs((got > 0 ? 1 : 0) + (put > 0 ? 1 : 0), callNs);
            return isWhole ? tookNs + load.takeNs : tookNs;
        }
    }
}
