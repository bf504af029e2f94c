package org.millrace.runtime.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.GivenPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** What an extension must not do is refused when it is admitted, by class, method and line, and nothing has changed. */
class HostileExtensionTest {
    private final Instance instance = start(MemoryPort.pair(Map.of())[0]);

    @AfterEach
    void close() {
        instance.close();
    }

    private static Instance start(Port port) {
        return Instance.start(InstanceConfig.parse(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port",
            "test", "address", "10.0.0.1/24")), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new GivenPort(port)));
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
            Arguments.of(new Hostile.Neighbour(), "Neighbour.process:72: touches state at offset 0 that is not its own"),
            Arguments.of(new Hostile.Thief(), "Thief.process:86: call of ViewCursor.move"),
            Arguments.of(new Hostile.Early(), "Early.process:95: reads flow, which nobody has written in RX before receive-pre"
                + " [it is known behind receive-pre of RX, which writes it]"),
            Arguments.of(new Hostile.Steerer(), "Steerer.process:103: writes flow of the item"),
            Arguments.of(new Hostile.Unkeyed(), "Unkeyed.process: keyed by CONTEXT, which is not known in RX before"
                + " receive-pre [it is known behind post of RX, which writes it]"),
            Arguments.of(new Hostile.Allocator(), "Allocator.process:123: new array [a stage cannot allocate]"),
            Arguments.of(new Hostile.Endless(), "Endless.process:132: loop [a loop ends after at most 256 turns"),
            Arguments.of(new Hostile.PeerMap(), "PeerMap.process:144: call of HashMap.containsKey"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void isRefusedWithClassMethodAndLine(StageExtension extension, String reason) {
        assertThatThrownBy(() -> instance.insert(extension)).isInstanceOfSatisfying(SwapException.class, e -> {
            assertThat(e.step()).isEqualTo(SwapStep.ADMIT);
            assertThat(e).hasMessageContaining("hostile, " + reason).hasMessageNotContaining("it fits");
        });
        assertThat(instance.extensions()).isEmpty();
    }

    @Test
    void oneKeyedByPeerTheWayThePageSaysWorks() throws SwapException {
        instance.insert(new PeerCounter());
        assertThat(instance.extensions()).hasSize(1);
    }
}
