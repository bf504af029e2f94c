package org.millrace.lab.tofino;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.millrace.sim.Agenda;
import org.millrace.tofino.TofinoBackend;
import org.millrace.tofino.TofinoReport;
import org.millrace.tofino.machine.Machine;

/**
 * Hosts at one switch, as the dissertation's testbed (§5.5): hosts whose TCP is Laminar in the switch's pipe, and hosts with software stacks, which take
 * no time here. A frame between two hosts of Laminar is recirculated (§5.4); one from a software host comes over its link into the pipe, one to it goes over its link.
 *
 * <p>DESIGN NOTES. Each host of Laminar has a model of the pipe of its own: one pipe's slots are not shared among them, and it must be seen that the passes of all
 * together are fewer than it has ({@link #passes}). What they do share is the recirculation.
 *
 * <p>Owned by one thread.
 */
final class Rack {
    private static final int MOST_EVENTS_WITHOUT_PROGRESS = 200_000_000;

    final Agenda agenda = new Agenda();
    private final List<RackHost> hosts = new ArrayList<>();
    private final List<byte[]> frames = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Link recirculation;
    private final TofinoBackend backend;
    private TofinoReport report;
    private long passPs;
    private final SplittableRandom random;
    private final long seed;

    /**
     * What it is made of.
     *
     * @param machine       the pipe
     * @param recirculation of frames between two hosts of Laminar, its delay with the second pass
     * @param seed          of everything random
     */
    record Plan(Machine machine, Link.Shape recirculation, long seed) {
    }

    Rack(Plan plan) {
        seed = plan.seed;
        random = new SplittableRandom(seed);
        backend = TofinoBackend.onCallersClock(plan.machine, this::placed);
        recirculation = new Link(plan.recirculation, random.split());
        agenda.runUntil(RackHost.BEGIN_NS * Agenda.PS_PER_NS);
    }

    private void placed(TofinoReport laminar) {
        report = laminar;
        passPs = Math.round(laminar.latencyNs() * 1_000);
    }

    /** Adds a host. */
    RackHost host(RackHost.Kind kind, RackHost.Size size, RackHost.Nic nic) {
        RackHost host = new RackHost(this, hosts.size(), new RackHost.Parts(kind, kind.hardware(backend), size, nic), seed);
        hosts.add(host);
        return host;
    }

    SplittableRandom dice() {
        return random.split();
    }

    /** A frame leaves a host: for the host that has its address, or for all others. */
    void carry(RackHost from, byte[] frame) {
        long nowPs = agenda.nowPs();
        long leftPs = from.isLaminar() ? nowPs : from.up.pass(nowPs, frame);
        if (leftPs == Link.NEVER) {
            return;
        }
        int to = destination(frame);
        if (to >= 0 && to < hosts.size()) {
            arrive(leftPs, from, hosts.get(to), frame);
            return;
        }
        for (RackHost other : hosts) {
            if (other != from) {
                arrive(leftPs, from, other, frame.clone());
            }
        }
    }

    private static int destination(byte[] frame) {
        return (frame[0] & 1) != 0 ? -1 : (frame[4] & 0xff) << 8 | frame[5] & 0xff;
    }

    private void arrive(long leftPs, RackHost from, RackHost to, byte[] frame) {
        long atPs;
        if (!to.isLaminar()) {
            atPs = to.down.pass(leftPs, frame);
        } else if (from.isLaminar()) {
            atPs = recirculation.pass(leftPs, frame);
        } else {
            atPs = leftPs + passPs;
        }
        if (atPs != Link.NEVER) {
            agenda.at(atPs, to, RackHost.FRAME, keep(frame));
        }
    }

    private int keep(byte[] frame) {
        if (free.isEmpty()) {
            frames.add(frame);
            return frames.size() - 1;
        }
        frames.set(free.peek(), frame);
        return free.pop();
    }

    byte[] take(int frame) {
        free.push(frame);
        return frames.get(frame);
    }

    /** Runs until something holds. */
    void until(BooleanSupplier holds) {
        for (int events = 0; !holds.getAsBoolean(); events++) {
            if (events > MOST_EVENTS_WITHOUT_PROGRESS || !agenda.next()) {
                throw new IllegalStateException("nothing is going to happen any more");
            }
        }
    }

    void runFor(long ns) {
        agenda.runUntil(agenda.nowPs() + ns * Agenda.PS_PER_NS);
    }

    /** {@return how Laminar lies in the pipe; null before there is a host of it} */
    TofinoReport report() {
        return report;
    }

    Link recirculation() {
        return recirculation;
    }

    /** {@return passes through the pipe so far, of all hosts, and how many of them were for hosts alone} */
    Passes passes() {
        long all = 0;
        long own = 0;
        for (RackHost host : hosts) {
            if (host.isLaminar()) {
                Map<String, Long> counters = host.path.status().counters();
                all += counters.get("tcp-laminar.passes");
                own += counters.get("tcp-laminar.host control");
            }
        }
        return new Passes(all - own, own);
    }

    /**
     * Passes through the pipe.
     *
     * @param packets of packets and of pseudo segments
     * @param host    of what hosts tell it (SYNC)
     */
    record Passes(long packets, long host) {
        Passes since(Passes before) {
            return new Passes(packets - before.packets, host - before.host);
        }
    }
}
