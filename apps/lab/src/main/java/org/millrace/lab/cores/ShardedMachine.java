package org.millrace.lab.cores;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;
import org.millrace.sim.ItemRing;
import org.millrace.wire.steer.Steering;

/**
 * Cores that each run a shard, in virtual time, and never lack work: every connection has one request under way, and its next
 * one comes when the last is echoed.
 *
 * <p>DESIGN NOTES. What is modelled: a connection's shard, by the hash that steers frames, of random tuples; an echo's CPU time,
 * in which it comes {@value #LINES} times to the cache or memory that neighbouring cores share, waits there for its turn and is
 * served; a frame that comes to a shard that is not its own, which costs that shard and its own. Times between two visits are
 * drawn (exponential), served is in a fixed time, first come, first served. What is not: batches, the caches' contents,
 * frequency that falls when more cores work, cores that share their units (SMT), a port's own limit, rings between shards that
 * are full (a connection has two frames in them at most), a dearer hand-over between cores that share no cache.
 *
 * <p>Owned by: the thread that runs it.
 */
final class ShardedMachine implements Actor {
    /**
     * Lines of 64 B that an echo of a connection which is not in the core's own caches touches, by what the code keeps for one: flow table 1,
     * program state 2, headers 1, slot and counts 2, receive and transmit ring 2, progress and timers of the control plane 5, frames in
     * and out 3. It decides how finely waits are spread, not how long an echo is.
     */
    static final int LINES = 16;
    /** Frames to the data path of an echo: the request, and the acknowledgement of the answer. */
    private static final int FRAMES = 2;
    private static final int LOCAL = 0x0a00_0002;
    private static final int PORT = 80;

    private static final int VISIT = 0;
    private static final int SERVED = 1;
    private static final int ENDED = 2;

    /** An item is a connection and what is to be done for it. */
    private static final int KINDS = 4;
    private static final int ECHO = 0;
    /** An echo whose request was handed over. */
    private static final int TAKEN_ECHO = 1;
    private static final int HAND_REQUEST = 2;
    /** An acknowledgement that strayed: half of the hand-over each where it came and where it belongs. */
    private static final int HALF = 3;

    private final Agenda agenda = new Agenda();
    private final Load load;
    private final int cores;
    private final SplittableRandom random;
    private final int[] homes;
    private final int[] share;
    private final ItemRing[] queues;
    private final long[] current;
    private final int[] visitsLeft;
    private final long[] beganPs;
    private final ItemRing[] waiting;
    private final boolean[] serving;
    private final long[] servedPs;
    private final double gapPs;
    private final long visitPs;
    private long busyPs;
    private long echoes;
    private long windowPs;

    /**
     * What cores do.
     *
     * @param echoPs        CPU time of an echo on a machine whose other cores rest
     * @param sharedPs      part of it in which it has what cores share to itself
     * @param handOverPs    of a frame that strays, both sides
     * @param strays        part of the frames that come to another shard, 0 to 1
     * @param connections   of each core, on average
     * @param coresPerCache that share a cache
     */
    record Load(double echoPs, double sharedPs, double handOverPs, double strays, int connections, int coresPerCache) {
    }

    /** What came of a run. Rates a second; {@code busiest}: connections of the shard that has most, by the mean; {@code cacheBusy}: part of the time. */
    record Outcome(double echoesPerSecond, double cpuNs, double busiest, double cacheBusy) {
        /** {@return echoes a second at which the busiest shard is full, if all connections do the same} */
        double alike() {
            return echoesPerSecond / busiest;
        }
    }

    ShardedMachine(Load load, int cores, SplittableRandom random) {
        this.load = load;
        this.cores = cores;
        this.random = random;
        homes = new int[load.connections * cores];
        share = new int[cores];
        Steering steering = new Steering(cores, random.nextLong());
        for (int i = 0; i < homes.length; i++) {
            homes[i] = steering.shard(random.nextInt(), 1024 + random.nextInt(64_512), LOCAL, PORT);
            share[homes[i]]++;
        }
        queues = rings(cores, FRAMES * homes.length + 1);
        current = new long[cores];
        visitsLeft = new int[cores];
        beganPs = new long[cores];
        int caches = Math.ceilDiv(cores, load.coresPerCache);
        waiting = rings(caches, cores);
        serving = new boolean[caches];
        servedPs = new long[caches];
        gapPs = (load.echoPs - load.sharedPs) / LINES;
        visitPs = Math.round(load.sharedPs / LINES);
        Arrays.fill(current, -1);
    }

    private static ItemRing[] rings(int count, int capacity) {
        ItemRing[] rings = new ItemRing[count];
        for (int i = 0; i < count; i++) {
            rings[i] = new ItemRing(capacity);
        }
        return rings;
    }

    /** Runs for a time after as long again to get going. */
    Outcome run(long forPs) {
        for (int connection = 0; connection < homes.length; connection++) {
            request(connection);
        }
        agenda.runUntil(forPs);
        busyPs = 0;
        echoes = 0;
        Arrays.fill(servedPs, 0);
        for (int core = 0; core < cores; core++) {
            beganPs[core] = forPs;
        }
        agenda.runUntil(2 * forPs);
        for (int core = 0; core < cores; core++) {
            busyPs += current[core] < 0 ? 0 : 2 * forPs - beganPs[core];
        }
        windowPs = forPs;
        return outcome();
    }

    private Outcome outcome() {
        double served = 0;
        for (long ps : servedPs) {
            served += (double) ps / windowPs / servedPs.length;
        }
        int most = 0;
        for (int connections : share) {
            most = Math.max(most, connections);
        }
        return new Outcome(echoes * 1e12 / windowPs, (double) busyPs / echoes / Agenda.PS_PER_NS, (double) most * cores / homes.length,
            served);
    }

    private void request(int connection) {
        if (strays()) {
            enqueue(other(homes[connection]), connection, HAND_REQUEST);
        } else {
            enqueue(homes[connection], connection, ECHO);
        }
    }

    private boolean strays() {
        return cores > 1 && random.nextDouble() < load.strays;
    }

    private int other(int core) {
        return (core + 1 + random.nextInt(cores - 1)) % cores;
    }

    private void enqueue(int core, int connection, int kind) {
        queues[core].offer((long) connection * KINDS + kind, agenda.nowPs());
        if (current[core] < 0) {
            begin(core);
        }
    }

    private void begin(int core) {
        current[core] = queues[core].take(agenda.nowPs());
        beganPs[core] = agenda.nowPs();
        int kind = (int) (current[core] % KINDS);
        if (kind == ECHO || kind == TAKEN_ECHO) {
            visitsLeft[core] = LINES;
            long takenPs = kind == TAKEN_ECHO ? Math.round(load.handOverPs / 2) : 0;
            agenda.in(takenPs + gap(), this, VISIT, core);
        } else {
            agenda.in(Math.round(load.handOverPs / 2), this, ENDED, core);
        }
    }

    private long gap() {
        return Math.round(-gapPs * Math.log(1 - random.nextDouble()));
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        int core = (int) argument;
        switch (event) {
            case VISIT -> {
                int cache = core / load.coresPerCache;
                if (serving[cache]) {
                    waiting[cache].offer(core, nowPs);
                } else {
                    serve(core, cache);
                }
            }
            case SERVED -> served(core, nowPs);
            default -> ended(core, nowPs);
        }
    }

    private void serve(int core, int cache) {
        serving[cache] = true;
        agenda.in(visitPs, this, SERVED, core);
    }

    private void served(int core, long nowPs) {
        int cache = core / load.coresPerCache;
        servedPs[cache] += visitPs;
        serving[cache] = false;
        if (!waiting[cache].isEmpty()) {
            serve((int) waiting[cache].take(nowPs), cache);
        }
        if (--visitsLeft[core] > 0) {
            agenda.in(gap(), this, VISIT, core);
        } else {
            ended(core, nowPs);
        }
    }

    private void ended(int core, long nowPs) {
        busyPs += nowPs - beganPs[core];
        int connection = (int) (current[core] / KINDS);
        int kind = (int) (current[core] % KINDS);
        current[core] = -1;
        switch (kind) {
            case HAND_REQUEST -> enqueue(homes[connection], connection, TAKEN_ECHO);
            case HALF -> { }
            default -> {
                echoes++;
                if (strays()) {
                    enqueue(other(core), connection, HALF);
                    enqueue(core, connection, HALF);
                }
                request(connection);
            }
        }
        if (current[core] < 0 && !queues[core].isEmpty()) {
            begin(core);
        }
    }
}
