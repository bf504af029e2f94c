package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.extension.counter.PacketCounter;
import org.millrace.extension.firewall.Firewall;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TracePoints;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.toe.StreamSocket;
import org.millrace.tofino.TofinoBackend;

/** Users' stages and trace points come and go under streams, on every program and hardware, or are refused. */
class StageExtensionTest {
    private static final long MS = 1_000_000;
    private static final PacketCounter COUNTER = new PacketCounter();
    private static final Firewall STRANGERS = new Firewall(Map.of("deny", "203.0.113.0/24, 198.51.100.7"));

    /** A stage that no pipe can run. */
    record Loop() implements StageExtension, Stage<SegmentMeta, State.None> {
        @Override
        public String name() {
            return "loop";
        }

        @Override
        public StagePoint point() {
            return StagePoint.first(Workflow.RX);
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return this;
        }

        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless(name(), List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            int bits = 0;
            for (int left = meta.payloadLength(); left != 0; left &= left - 1) {
                bits++;
            }
            return bits == 33 ? Verdict.DONE : Verdict.NEXT;
        }
    }

    private static TwoHosts hosts(String stack) {
        TwoHosts.Choice choice = new TwoHosts.Choice();
        choice.transport = stack.startsWith("laminar") ? new LaminarFactory() : new FlexToeFactory();
        choice.hardware = stack.endsWith("tofino") ? new TofinoBackend() : new BluefieldBackend();
        return new TwoHosts(choice);
    }

    private static void load(DataPath path, ProgramExtension... extensions) throws SwapException {
        Swap.now(path, SwapRequest.KEEP.warmUp(0).transport(0, path.running().transports().getFirst().with(List.of(extensions))));
    }

    private static ProgramExtension stages(StageExtension... stages) {
        return new StageExtensions(List.of(stages));
    }

    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar", "laminar on tofino"})
    void comeAndGoUnderStreamsWithoutALostByte(String stack) throws SwapException {
        TwoHosts hosts = hosts(stack);
        TwoHosts.Pair pair = hosts.connect(4 << 20, 4 << 20, 16 << 10);
        long packets = 0;
        for (int i = 0; !pair.isDone() && i < 1000; i++) {
            switch (i % 4) {
                case 0 -> load(hosts.server.path, stages(COUNTER));
                case 1 -> load(hosts.server.path, stages(STRANGERS, COUNTER));
                case 2 -> load(hosts.client.path, stages(STRANGERS));
                default -> load(hosts.client.path);
            }
            hosts.world.run(MS / 2);
            long now = counter(hosts.server, "packet-counter.packets");
            assertThat(now).as("its state comes along").isGreaterThanOrEqualTo(packets);
            packets = now;
        }
        hosts.world.until("the streams", pair::isDone, 60 * TwoHosts.SECOND_NS);
        assertThat(packets).isGreaterThan(100);
        assertThat(counter(hosts.server, "packet-counter.bytes")).isGreaterThan(1 << 20);
        load(hosts.server.path);
        assertThat(hosts.server.status().counters()).noneSatisfy((name, count) -> assertThat(name).contains("packet-c"));
        pair.close();
        hosts.assertNothingLeft();
    }

    private static long counter(VirtualHost host, String name) {
        return host.status().counters().entrySet().stream().filter(e -> e.getKey().endsWith(name))
            .mapToLong(Map.Entry::getValue).sum();
    }

    @Test
    void deniedPeerIsNotHeard() throws SwapException {
        TwoHosts hosts = hosts("flextoe");
        load(hosts.server.path, stages(new Firewall(Map.of("deny", "203.0.113.0/24,10.0.0.0/31"))));
        StreamSocket socket = hosts.client.toe.connect(TwoHosts.SERVER);
        hosts.world.run(5 * TwoHosts.SECOND_NS);
        assertThat(socket.isConnected()).isFalse();
        assertThat(counter(hosts.server, "drop.filtered")).isPositive();
        load(hosts.server.path);
        hosts.world.until("connected", socket::isConnected, 60 * TwoHosts.SECOND_NS);
        assertThat(socket.status()).isEqualTo(Status.OK);
        socket.abort();
    }

    @Test
    void stageThatTheHardwareCannotRunIsRefusedAndTheStreamsGoOn() {
        TwoHosts hosts = hosts("laminar on tofino");
        TwoHosts.Pair pair = hosts.connect(1 << 20, 1 << 20, 16 << 10);
        hosts.world.run(2 * MS);
        assertThatThrownBy(() -> load(hosts.server.path, stages(COUNTER, new Loop())))
            .isInstanceOfSatisfying(SwapException.class, e -> {
                assertThat(e.step()).isEqualTo(SwapStep.ADMIT);
                assertThat(e.fit().refused()).extracting(FitReport.Reason::stage).containsOnly("loop");
                assertThat(e).hasMessageContaining("loop").hasMessageNotContaining("\n");
            });
        hosts.world.until("the streams", pair::isDone, 60 * TwoHosts.SECOND_NS);
        assertThat(hosts.server.status().counters().keySet()).noneMatch(name -> name.contains("packet-counter"));
        pair.close();
        hosts.assertNothingLeft();
    }

    @Test
    void pointThatIsNotThereIsNamed() {
        TwoHosts hosts = hosts("flextoe");
        StageExtension misplaced = new StageExtension() {
            @Override
            public String name() {
                return "misplaced";
            }

            @Override
            public StagePoint point() {
                return StagePoint.after(Workflow.TX, "rx-next");
            }

            @Override
            public Stage<SegmentMeta, ?> stage() {
                return new Loop();
            }
        };
        assertThatThrownBy(() -> load(hosts.server.path, stages(misplaced))).isInstanceOf(SwapException.class)
            .hasMessage("extension misplaced: tcp-flextoe has no stage rx-next in TX, it has pre, protocol, post, dma");
        assertThatThrownBy(() -> load(hosts.server.path, stages(COUNTER, new PacketCounter())))
            .hasMessage("extension packet-counter: there is a stage packet-counter already");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flextoe", "laminar"})
    void tracePointsRecordWhatStagesDecide(String stack) throws SwapException {
        TwoHosts hosts = hosts(stack);
        TwoHosts.Pair pair = hosts.connect(1 << 20, 1 << 20, 16 << 10);
        load(hosts.server.path, stages(COUNTER), new TracePoints(TraceRequest.ALL));
        hosts.world.run(MS);
        TraceLines traced = hosts.server.path.traceLines();
        assertThat(traced.lines()).anyMatch(l -> l.contains(" RX.packet-counter next flow=1"))
            .anyMatch(l -> l.contains(" TX.dma emit flow=1")).anyMatch(l -> l.contains(" payload=1448"))
            .allMatch(l -> l.matches("1\\.\\d{9} tcp-" + stack + " (RX|TX|HC|MIRROR)\\.[a-z-]+ (next|done|emit|drop|control).*"));
        assertThat(traced.lines()).isSortedAccordingTo((a, b) -> a.substring(0, 11).compareTo(b.substring(0, 11)));
        load(hosts.server.path);
        hosts.world.run(MS);
        assertThat(hosts.server.path.traceLines().lines()).isEmpty();
        hosts.world.until("the streams", pair::isDone, 60 * TwoHosts.SECOND_NS);
        pair.close();
        hosts.assertNothingLeft();
    }

    @Test
    void oldestRecordsGoAndAreCounted() throws SwapException {
        TwoHosts hosts = hosts("flextoe");
        load(hosts.server.path, new TracePoints(TraceRequest.ALL));
        hosts.exchange(4 << 20, 16 << 10);
        TraceLines traced = hosts.server.path.traceLines();
        assertThat(traced.lines()).hasSize(1 << 14);
        assertThat(traced.lost()).isPositive();
        assertThat(hosts.server.path.traceLines().lost()).isZero();
    }

    @Test
    void unknownTracePointIsNamed() {
        TwoHosts hosts = hosts("flextoe");
        assertThatThrownBy(() -> load(hosts.server.path, new TracePoints(new TraceRequest(Set.of("RX.nowhere")))))
            .hasMessageStartingWith("RX.nowhere is no trace point of tcp-flextoe; there are all, RX, RX.receive-pre, RX.protocol, ");
    }

    /** An RMT pipe leaves one copy a pass: it has no recorder, and says so. */
    @Test
    void pipeRefusesToRecord() {
        TwoHosts hosts = hosts("laminar on tofino");
        assertThatThrownBy(() -> load(hosts.server.path, new TracePoints(new TraceRequest(Set.of("RX.rx-next")))))
            .isInstanceOf(SwapException.class).hasMessageContaining("rx-next").hasMessageContaining("there is no recorder");
    }
}
