package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Impairment;

/** TCP programs on the model of an Agilio CX, under virtual time: right bytes over any link, however the machine is mapped. */
class AgilioTest {
    private static final long SEED = 815;

    private final TwoHosts.Choice choice = new TwoHosts.Choice();

    private static HardwareBackend hardware(boolean isLive, Mapping mapping) {
        return isLive ? AgilioBackend.of(Machine.nfp4000(), mapping)
            : AgilioBackend.onCallersClock(Machine.nfp4000(), mapping, view -> { });
    }

    private void exchange(double fault, long bytes) {
        choice.link = new FrameLink(20_000, 1500, false).bitsPerSecond(10_000_000_000L);
        choice.impairment = fault == 0 ? Impairment.NONE
            : new Impairment(SEED, fault, fault, fault, fault / 2, Impairment.Side.BOTH);
        TwoHosts hosts = new TwoHosts(choice);
        List<TwoHosts.Pair> pairs = List.of(hosts.connect(bytes, bytes, 5000), hosts.connect(bytes, bytes, 700),
            hosts.connect(bytes, bytes, 20_000));
        hosts.world.until("streams both ways, seed " + SEED, () -> pairs.stream().allMatch(TwoHosts.Pair::isDone),
            600 * TwoHosts.SECOND_NS);
        pairs.forEach(TwoHosts.Pair::close);
        hosts.assertNothingLeft();
        assertThat(hosts.client.status().counters()).allSatisfy((name, count) ->
            assertThat(name.endsWith(".items refused") ? count : 0).as(name).isZero());
        assertThat(hosts.client.counter(choice.transport.name() + ".cycles")).isPositive();
        if (fault == 0) {
            assertThat(hosts.client.counter("tcp-flextoe.retransmitted bytes")).as("what is sequenced is not sent again").isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"true,0", "true,0.01", "false,0", "false,0.01"})
    void streamsOverFlexToe(boolean isLive, double fault) {
        choice.hardware = hardware(isLive, null);
        exchange(fault, 60_000);
    }

    @ParameterizedTest
    @CsvSource({"true,0.01", "false,0"})
    void streamsOverLaminar(boolean isLive, double fault) {
        choice.hardware = hardware(isLive, null);
        choice.transport = new LaminarFactory();
        exchange(fault, 40_000);
    }

    @ParameterizedTest
    @CsvSource({"islands", "replication", "threads", "pipelining"})
    void streamsWithLessOfTheMachine(String without) {
        choice.hardware = hardware(false, Mapping.fig48().without(without));
        exchange(0.005, 30_000);
    }

    /** Without the sequencer bytes are right all the same, and TCP pays for it. */
    @Test
    void withoutTheSequencerSegmentsAreSentAgain() {
        choice.hardware = hardware(false, Mapping.fig48().without("sequencing"));
        choice.options = Map.of("profile", "dissertation");
        choice.transport = new FlexToeFactory();
        choice.link = new FrameLink(20_000, 1500, false).bitsPerSecond(40_000_000_000L);
        TwoHosts hosts = new TwoHosts(choice);
        hosts.exchange(1_000_000, 20_000);
        assertThat(hosts.client.counter("tcp-flextoe.retransmitted bytes") + hosts.server.counter("tcp-flextoe.retransmitted bytes"))
            .isPositive();
    }
}
