package org.millrace.sim.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager.Limits;

class FabricTest {
    private static final long GBIT_10 = 10_000_000_000L;
    private static final int WIRE_BYTES = 1_250; // 1 µs at 10 Gbit/s
    private static final long US = 1_000_000;

    private final Agenda agenda = new Agenda();
    private final List<String> arrived = new ArrayList<>();

    /** Sends what it was given, as it is. */
    private final class Plain extends Host {
        private final Deque<Integer> queue = new ArrayDeque<>();

        Plain(Fabric fabric, int number) {
            super(fabric, number);
        }

        void send(int destination, int priority, long message, int flags) {
            int packet = fabric().packets().make(number(), destination, priority, 3, WIRE_BYTES);
            fabric().packets().data(packet, message, 0, 1_000);
            fabric().packets().flag(packet, flags);
            queue.add(packet);
            wake(agenda.nowPs());
        }

        @Override
        protected int next(long nowPs) {
            return queue.isEmpty() ? NONE : queue.remove();
        }

        @Override
        protected void receive(long nowPs, int packet) {
            Packets packets = fabric().packets();
            arrived.add(nowPs / US + " " + packets.message(packet) + (packets.has(packet, Packets.MARKED) ? " marked" : "")
                + (packets.has(packet, Packets.TRIMMED) ? " trimmed" : ""));
            packets.free(packet);
        }

        @Override
        protected void happen(long nowPs, int event, long argument) {
            throw new AssertionError("nothing was planned");
        }
    }

    private Fabric fabric(Topology topology, FabricConfig config) {
        return new Fabric(agenda, topology, config, new SplittableRandom(4), Plain::new);
    }

    private static FabricConfig config(Limits limits) {
        return new FabricConfig(limits, 2 * US, 3 * US, 4 * US, false, 0);
    }

    private static Plain host(Fabric fabric, int number) {
        return (Plain) fabric.host(number);
    }

    @Test
    void aPacketTakesItsTimeOnEachLinkAndInBetween() {
        Fabric fabric = fabric(Topology.star(2, GBIT_10, 5 * US), config(Limits.shared(8, 1_000_000, 1)));
        host(fabric, 0).send(1, 0, 77, 0);
        agenda.runUntil(Agenda.NEVER);
        assertThat(arrived).containsExactly((1 + 3 + 5 + 2 + 1 + 5 + 4) + " 77");
        assertThat(fabric.counters().hops()).isEqualTo(2);
        assertThat(fabric.packets().live()).isZero();
    }

    @Test
    void aLaterPacketOfAHigherPriorityPassesThoseThatWait() {
        Fabric fabric = fabric(Topology.star(3, GBIT_10, 0), config(Limits.shared(8, 1_000_000, 1)));
        for (long message = 0; message < 3; message++) {
            host(fabric, 0).send(2, 1, message, 0);
        }
        for (long message = 10; message < 12; message++) {
            host(fabric, 1).send(2, 6, message, 0);
        }
        agenda.runUntil(Agenda.NEVER);
        assertThat(arrived).containsExactly("11 0", "12 10", "13 11", "14 1", "15 2");
    }

    @Test
    void aLongQueueMarksWhatCanBeMarked() {
        Fabric fabric = fabric(Topology.star(3, GBIT_10, 0), config(Limits.shared(1, 1_000_000, 1).marking(2 * WIRE_BYTES)));
        for (long message = 0; message < 4; message++) {
            host(fabric, 0).send(2, 0, message, Packets.MARKABLE);
            host(fabric, 1).send(2, 0, 10 + message, 0);
        }
        agenda.runUntil(Agenda.NEVER);
        assertThat(arrived).filteredOn(text -> text.endsWith("marked")).containsExactly("15 2 marked", "17 3 marked");
        assertThat(fabric.counters().marked()).isEqualTo(2);
    }

    @Test
    void aFullBufferDropsAndCountsOrTrims() {
        Limits small = Limits.shared(8, 100_000, 100).queue(2 * WIRE_BYTES);
        Fabric dropping = fabric(Topology.star(5, GBIT_10, 0), config(small));
        for (int source = 0; source < 4; source++) {
            host(dropping, source).send(4, 0, source, 0);
        }
        agenda.runUntil(20 * US);
        assertThat(arrived).hasSize(3);
        assertThat(dropping.counters().droppedFull()).isEqualTo(1);
        assertThat(dropping.packets().live()).isZero();
        arrived.clear();
        Fabric trimming = fabric(Topology.star(5, GBIT_10, 0), config(small).trimming(64));
        for (int source = 0; source < 4; source++) {
            host(trimming, source).send(4, 0, source, 0);
        }
        agenda.runUntil(Agenda.NEVER);
        assertThat(arrived).hasSize(4).element(1).asString().endsWith("3 trimmed");
        assertThat(trimming.counters().trimmed()).isEqualTo(1);
    }

    @Test
    void aLinkLosesItsPart() {
        Topology star = Topology.star(2, GBIT_10, 0);
        Topology lossy = new Topology(2, 1, star.links().stream()
            .map(link -> new Topology.Link(link.a(), link.b(), GBIT_10, 0, link.a() == 0 ? 0.25 : 0)).toList());
        Fabric fabric = fabric(lossy, config(Limits.shared(8, 1_000_000, 1)));
        for (long message = 0; message < 4_000; message++) {
            host(fabric, 0).send(1, 0, message, 0);
        }
        agenda.runUntil(Agenda.NEVER);
        assertThat(arrived.size() + fabric.counters().lost()).isEqualTo(4_000);
        assertThat(fabric.counters().lost()).isBetween(900L, 1_100L);
        assertThat(fabric.packets().live()).isZero();
    }

    /** Of two racks with four spines between them: how many of the spines' queues see anything shows on their links. */
    @Test
    void flowsKeepTheirWayAndSprayedPacketsDoNot() {
        assertThat(times(false)).as("one way: one after the other").isEqualTo(new TreeSet<>(List.of(1L)));
        assertThat(times(true)).as("four ways, of which some are free").contains(0L);
    }

    /** Gaps between arrivals from ten hosts to ten hosts of another rack, all of one flow number, spines as slow as hosts. */
    private TreeSet<Long> times(boolean isSpraying) {
        Agenda own = new Agenda();
        List<Long> times = new ArrayList<>();
        Topology topology = Topology.leafSpine(2, 10, 4, 100 * GBIT_10, GBIT_10, 0);
        Fabric fabric = new Fabric(own, topology, config(Limits.shared(8, 1_000_000, 1)).spraying(isSpraying), new SplittableRandom(4),
            (in, number) -> new Host(in, number) {
                private int left = number == 0 ? 40 : 0;

                @Override
                protected int next(long nowPs) {
                    if (left-- <= 0) {
                        return NONE;
                    }
                    int packet = in.packets().make(number, 15, 0, 0, WIRE_BYTES);
                    in.packets().data(packet, 5, 0, 0);
                    return packet;
                }

                @Override
                protected void receive(long nowPs, int packet) {
                    times.add(nowPs / US);
                    in.packets().free(packet);
                }

                @Override
                protected void happen(long nowPs, int event, long argument) {
                    wake(nowPs);
                }

                {
                    plan(0, 0, 0);
                }
            });
        own.runUntil(Agenda.NEVER);
        assertThat(fabric.packets().live()).isZero();
        TreeSet<Long> gaps = new TreeSet<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(times.get(i) - times.get(i - 1));
        }
        return gaps;
    }
}
