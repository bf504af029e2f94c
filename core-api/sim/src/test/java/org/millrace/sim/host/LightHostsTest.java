package org.millrace.sim.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager.Limits;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.sim.fabric.Unloaded;
import org.millrace.sim.workload.Bulk;
import org.millrace.sim.workload.ClosedLoop;
import org.millrace.sim.workload.Incast;
import org.millrace.sim.workload.OpenLoop;
import org.millrace.sim.workload.Sizes;

class LightHostsTest {
    private final Agenda agenda = new Agenda();

    enum Kind {
        SIGCOMM18, LINUX, NEW_RENO, DCTCP, ONE_INTERVAL, NO_INTERVAL;

        Fabric.HostMaker maker(Messages messages, boolean isLossy) {
            return switch (this) {
                case SIGCOMM18 -> HomaHost.maker(HomaProfile.sigcomm18(Sizes.homa(3)).resending(isLossy ? 1_000_000_000L : 0), messages);
                case LINUX -> HomaHost.maker(HomaProfile.linux(), messages);
                case NEW_RENO -> WindowHost.maker(WindowProfile.newReno(), messages);
                case DCTCP -> WindowHost.maker(WindowProfile.dctcp(), messages);
                case ONE_INTERVAL -> WindowHost.maker(WindowProfile.tlt(true, 1), messages);
                case NO_INTERVAL -> WindowHost.maker(WindowProfile.tlt(false, 0), messages);
            };
        }
    }

    private static Topology lossy(Topology topology, double loss) {
        return new Topology(topology.hosts(), topology.switches(), topology.links().stream()
            .map(link -> new Topology.Link(link.a(), link.b(), link.toA().bitsPerSecond(), link.toA().delayPs(), loss)).toList());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyMessageArrivesOnceOverABadFabric(Kind kind) {
        int count = 2_000;
        BitSet complete = new BitSet();
        Messages messages = new Messages((nowPs, all, message) -> {
            assertThat(complete.get((int) all.tag(message))).as("twice").isFalse();
            complete.set((int) all.tag(message));
        });
        FabricConfig config = FabricConfig.homa().limits(Limits.shared(8, 200_000, 1).marking(50_000));
        Fabric fabric = new Fabric(agenda, lossy(Topology.leafSpine(2, 4, 2, 10_000_000_000L, 10_000_000_000L, 100_000), 0.01), config,
            new SplittableRandom(11), kind.maker(messages, true));
        OpenLoop load = new OpenLoop(agenda, MessageHost.starter(fabric), 8, Sizes.homa(3), 500_000, new SplittableRandom(12));
        load.begin();
        while (load.started() < count) {
            agenda.next();
        }
        load.end();
        agenda.runUntil(agenda.nowPs() + 60_000_000_000_000L);
        assertThat(complete.cardinality()).as(kind + ", seeds 11 and 12").isEqualTo(count);
        assertThat(messages.live()).isZero();
        assertThat(fabric.packets().live()).as("packets left over").isZero();
        assertThat(fabric.counters().lost()).isPositive();
    }

    /** What slowdowns are measured by is what one message takes. */
    @Test
    void aMessageAloneTakesTheUnloadedTime() {
        Topology topology = Topology.homa144();
        Unloaded unloaded = new Unloaded(topology, FabricConfig.homa(), 1_442, 96);
        for (int bytes : new int[] {1, 100, 1_442, 1_443, 2_884, 3_000, 9_328}) {
            for (int destination : new int[] {1, 100}) {
                long[] took = new long[1];
                Messages messages = new Messages((nowPs, all, message) -> took[0] = nowPs - all.startPs(message));
                Fabric fabric = new Fabric(agenda, topology, FabricConfig.homa(), new SplittableRandom(1),
                    HomaHost.maker(HomaProfile.sigcomm18(Sizes.homa(3)), messages));
                ((MessageHost) fabric.host(0)).start(agenda.nowPs(), destination, bytes, 0);
                agenda.runUntil(agenda.nowPs() + 1_000_000_000L);
                long alonePs = unloaded.timePs(0, destination, bytes);
                assertThat(took[0]).as("%d bytes to %d; between racks a short last packet may overtake on another way", bytes, destination)
                    .isBetween(destination == 1 ? alonePs : alonePs - alonePs / 50, alonePs);
            }
        }
    }

    /** Grants keep a lone long message at line rate: RTTbytes are enough. */
    @Test
    void aLongMessageAloneRunsAtLineRate() {
        Topology topology = Topology.homa144();
        long[] took = new long[1];
        Messages messages = new Messages((nowPs, all, message) -> took[0] = nowPs - all.startPs(message));
        Fabric fabric = new Fabric(agenda, topology, FabricConfig.homa(), new SplittableRandom(1),
            HomaHost.maker(HomaProfile.sigcomm18(Sizes.homa(4)), messages));
        ((MessageHost) fabric.host(0)).start(0, 100, 5_000_000, 0);
        agenda.runUntil(Agenda.NEVER);
        assertThat((double) took[0]).isLessThan(1.02 * new Unloaded(topology, FabricConfig.homa(), 1_442, 96).timePs(0, 100, 5_000_000));
    }

    @Test
    void thePriorityOfUnscheduledBytesFollowsTheCutOffs() {
        HomaProfile profile = HomaProfile.sigcomm18(Sizes.homa(2));
        assertThat(profile.unscheduledPriority(301)).isEqualTo(7);
        assertThat(profile.unscheduledPriority(302)).isEqualTo(6);
        assertThat(profile.unscheduledPriority(1_000_000)).isEqualTo(2);
        assertThat(profile.scheduled()).isEqualTo(2);
        assertThat(profile.scheduledPriority(0, 1)).as("a lone message: the lowest").isZero();
        assertThat(HomaProfile.sigcomm18(Sizes.homa(4)).scheduledPriority(0, 3)).isEqualTo(2);
    }

    @Test
    void packetsHaveABoundaryWhereUnscheduledBytesEnd() {
        HomaProfile profile = HomaProfile.sigcomm18(Sizes.homa(3));
        int bytes = 30_000;
        int offset = 0;
        for (int packet = 0; packet < profile.packets(bytes); packet++) {
            assertThat(profile.offset(packet)).isEqualTo(offset);
            assertThat(profile.packet(offset)).isEqualTo(packet);
            offset += profile.length(offset, bytes);
        }
        assertThat(offset).isEqualTo(bytes);
        assertThat(profile.packet(9_328)).isEqualTo(7);
    }

    @Test
    void anIncastOf128AnswersIsCompleteNearLineRate() {
        Incast[] incast = new Incast[1];
        Messages messages = new Messages((nowPs, all, message) -> incast[0].complete(nowPs, all.destination(message), all.tag(message)));
        Fabric fabric = new Fabric(agenda, Topology.homa144(), FabricConfig.homa().limits(Limits.shared(8, 4_500_000, 1)), new SplittableRandom(1),
            HomaHost.maker(HomaProfile.sigcomm18(Sizes.fixed(65_536)).unscheduled(400).resending(1_000_000_000L), messages));
        incast[0] = new Incast(MessageHost.starter(fabric), 0, 128, 100, 65_536);
        incast[0].ask(0, 144);
        while (!incast[0].isComplete()) {
            assertThat(agenda.next()).isTrue();
        }
        double linePs = 128.0 * (65_536 + 46 * 96) * 800;
        assertThat(incast[0].endPs() / linePs).isLessThan(1.2);
    }

    @Test
    void aClosedLoopKeepsItsQuestionsUnderWay() {
        ClosedLoop[] loop = new ClosedLoop[1];
        Messages messages = new Messages((nowPs, all, message) -> loop[0].complete(nowPs, all.destination(message), all.tag(message)));
        Fabric fabric = new Fabric(agenda, Topology.homa144(), FabricConfig.homa(), new SplittableRandom(1), Kind.SIGCOMM18.maker(messages, false));
        loop[0] = new ClosedLoop(MessageHost.starter(fabric), 144, 1, 100, 100, new SplittableRandom(2));
        loop[0].begin(0);
        agenda.runUntil(1_000_000_000L);
        assertThat(messages.live()).isEqualTo(144);
        double alonePs = 2.0 * new Unloaded(Topology.homa144(), FabricConfig.homa(), 1_442, 96).timePs(0, 143, 100);
        assertThat(loop[0].meanPs()).isBetween(0.8 * alonePs, 1.3 * alonePs);
        assertThat(loop[0].answered()).isBetween((long) (144e9 / (1.3 * alonePs)), (long) (144e9 / (0.8 * alonePs)));
        loop[0].end();
        agenda.runUntil(2_000_000_000L);
        assertThat(messages.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aPermutationOfLongMessagesIsComplete(Kind kind) {
        Bulk bulk = new Bulk(144, new SplittableRandom(8));
        Messages messages = new Messages((nowPs, all, message) -> {
            assertThat(all.source(message)).isNotEqualTo(all.destination(message));
            bulk.complete(nowPs);
        });
        Fabric fabric = new Fabric(agenda, Topology.homa144(), FabricConfig.homa(), new SplittableRandom(1), kind.maker(messages, false));
        bulk.begin(0, MessageHost.starter(fabric), 500_000);
        agenda.runUntil(1_000_000_000_000L);
        assertThat(bulk.isComplete()).isTrue();
        double alonePs = new Unloaded(Topology.homa144(), FabricConfig.homa(), 1_442, 96).timePs(0, 143, 500_000);
        assertThat(bulk.endPs() / alonePs).as(kind.toString()).isBetween(0.9, kind == Kind.SIGCOMM18 ? 1.5 : kind == Kind.NO_INTERVAL ? 6.0 : 3.0);
    }

    private long[] figures(long seed) {
        Agenda own = new Agenda();
        long[] sum = new long[1];
        Messages messages = new Messages((nowPs, all, message) -> sum[0] = 31 * sum[0] + nowPs);
        Fabric fabric = new Fabric(own, Topology.homa144(), FabricConfig.homa(), new SplittableRandom(seed), Kind.SIGCOMM18.maker(messages, false));
        OpenLoop load = new OpenLoop(own, MessageHost.starter(fabric), 144, Sizes.homa(3), 40_000_000, new SplittableRandom(seed));
        load.begin();
        while (load.started() < 20_000) {
            own.next();
        }
        return new long[] {sum[0], own.nowPs(), own.happened(), fabric.counters().hops()};
    }

    @Test
    void theSameSeedMakesTheSameRun() {
        assertThat(figures(3)).isEqualTo(figures(3));
        assertThat(Arrays.equals(figures(3), figures(4))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void steadyStateAllocatesNothing(Kind kind) {
        Messages messages = new Messages((nowPs, all, message) -> { });
        Fabric fabric = new Fabric(agenda, Topology.homa144(), FabricConfig.homa(), new SplittableRandom(1), kind.maker(messages, false));
        OpenLoop load = new OpenLoop(agenda, MessageHost.starter(fabric), 144, Sizes.fixed(20_000), 3_000_000, new SplittableRandom(2));
        load.begin();
        while (load.started() < 10_000) {
            agenda.next();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long hops = fabric.counters().hops();
        while (load.started() < 15_000) {
            agenda.next();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(fabric.counters().hops() - hops).isGreaterThan(100_000);
        assertThat(bytes).as(kind + ": queues may still grow, packets cost nothing").isLessThan(100_000);
    }
}
