package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** Stage extensions and trace points of a running instance, and the life of what a user has written. */
class InstanceExtensionTest {
    private static final List<String> LIFE = new ArrayList<>();

    private final Instance instance = start(MemoryPort.pair(Map.of())[0]);

    @AfterEach
    void close() {
        instance.close();
        LIFE.clear();
    }

    private static Instance start(Port port) {
        return Instance.start(InstanceConfig.parse(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port",
            "test", "address", "10.0.0.1/24", "swap-rehearsal-ms", "0")), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new GivenPort(port)));
    }

    /** Does nothing, but tells of its life. */
    private static class Passing implements StageExtension, Stage<SegmentMeta, State.None> {
        private final String name;

        Passing(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public StagePoint point() {
            return StagePoint.before(Workflow.HC, "protocol");
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return this;
        }

        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless(name, List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            return Verdict.NEXT;
        }

        @PostConstruct
        void begin() {
            LIFE.add("begin " + name);
        }

        @PreDestroy
        void end() {
            LIFE.add("end " + name);
        }
    }

    @Priority(1)
    private static final class First extends Passing {
        First() {
            super("first");
        }

        @PostConstruct
        void beginFirst() {
            LIFE.add("begin too");
        }
    }

    @Priority(2)
    private static final class Second extends Passing {
        Second() {
            super("second");
        }
    }

    /** Its own beginning fails. */
    private static final class Failing extends Passing {
        Failing() {
            super("failing");
        }

        @Override
        @PostConstruct
        void begin() {
            throw new IllegalStateException("no licence");
        }
    }

    @Test
    void stagesComeInOrderAndGo() throws SwapException {
        Passing last = new Passing("last");
        Second second = new Second();
        instance.insert(last);
        instance.insert(second);
        instance.insert(new First());
        assertThat(LIFE).containsExactly("begin last", "begin second", "begin first", "begin too");
        assertThat(order()).containsExactly("pre", "first", "second", "last", "protocol", "post", "context");
        instance.swap(SwapRequest.KEEP.warmUp(0).transport(0,
            new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of())));
        assertThat(order()).as("kept across a swap").contains("first", "second", "last");
        instance.remove(second);
        assertThat(order()).containsExactly("pre", "first", "last", "protocol", "post", "context");
        assertThat(LIFE).endsWith("begin too", "end second");
        instance.close();
        assertThat(LIFE).contains("end first", "end last").hasSize(7);
    }

    private List<String> order() {
        return instance.running().transports().getFirst().extensions().getFirst().extend(new FlexToeFactory().create(host())
            .program()).stages(Workflow.HC).stream().map(stage -> stage.spec().name()).toList();
    }

    /** As much of a host as it takes to make a program. */
    private static TransportHost host() {
        Map<String, Object> offers = Map.of("capacity", new Capacity(1, 1), "options", Map.of(), "secret", new byte[16], "externs",
            new BluefieldBackend().externs(new HostServices(null, null, null, 0), new Capacity(1, 1)),
            "port", new PortInfo("none", 1, 1500, 1514, false, false, false));
        return (TransportHost) Proxy.newProxyInstance(TransportHost.class.getClassLoader(),
            new Class<?>[] {TransportHost.class}, (proxy, method, arguments) -> offers.get(method.getName()));
    }

    @Test
    void failureAtItsBeginningLeavesAllAsItWas() {
        assertThatThrownBy(() -> instance.insert(new Failing())).isInstanceOf(SwapException.class)
            .hasMessage("extension failing: begin fails: java.lang.IllegalStateException: no licence");
        assertThat(instance.extensions()).isEmpty();
        assertThat(LIFE).isEmpty();
    }

    @Test
    void tracePointsGoOnAndOff() throws SwapException {
        assertThat(instance.tracing().isOn()).isFalse();
        instance.trace(new TraceRequest(Set.of("HC", "RX.protocol")));
        assertThat(instance.tracing().points()).containsExactlyInAnyOrder("HC", "RX.protocol");
        assertThatThrownBy(() -> instance.trace(new TraceRequest(Set.of("RX.nothing")))).isInstanceOf(SwapException.class);
        assertThat(instance.tracing().isOn()).as("as it was").isTrue();
        assertThat(instance.traceLines().lines()).isEmpty();
        instance.trace(TraceRequest.OFF);
        assertThat(instance.tracing().isOn()).isFalse();
    }

    @Test
    void oneStageTakesThePlaceOfAnotherInOneStep() throws SwapException {
        Passing old = new Passing("guard");
        Passing fresh = new Passing("guard");
        instance.insert(old);
        instance.exchange(old, fresh);
        assertThat(instance.extensions()).containsExactly(fresh);
        assertThat(LIFE).containsExactly("begin guard", "begin guard", "end guard");
    }

    @Test
    void stageThatIsRefusedLeavesTheOneBeforeInForce() throws SwapException {
        Passing old = new Passing("guard");
        instance.insert(old);
        assertThatThrownBy(() -> instance.exchange(old, new Failing())).isInstanceOf(SwapException.class);
        assertThat(instance.extensions()).containsExactly(old);
        instance.exchange(old, null);
        assertThat(instance.extensions()).isEmpty();
    }
}
