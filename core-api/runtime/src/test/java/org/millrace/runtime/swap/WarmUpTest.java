package org.millrace.runtime.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.Running;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** How long is rehearsed, by a clock on which the n-th round takes as long as is said. */
class WarmUpTest {
    private static final SwapRequest REQUEST =
        SwapRequest.KEEP.transport(0, new TransportChoice(new FlexToeFactory(), Map.of()));

    /** Read once when made, then before and after each round. */
    private static final class RoundClock implements LongSupplier {
        private final long[] roundNs;
        private int reads;
        private long nowNs;

        RoundClock(long... roundNs) {
            this.roundNs = roundNs;
        }

        @Override
        public long getAsLong() {
            if (reads > 0 && reads % 2 == 0) {
                nowNs += roundNs[Math.min(rounds() - 1, roundNs.length - 1)];
            }
            reads++;
            return nowNs;
        }

        int rounds() {
            return reads / 2;
        }
    }

    private static int rounds(SwapRequest request, RoundClock clock) throws SwapException {
        Running side = new Running(new BluefieldBackend(),
            List.of(new TransportChoice(new FlexToeFactory(), Map.of())));
        new WarmUp(MemoryPort.pair(Map.of())[0].info(), side, side, request, clock, () -> { }).run();
        return clock.rounds();
    }

    @Test
    void endsEightRoundsAfterTheLastFasterOne() throws SwapException {
        assertThat(rounds(REQUEST, new RoundClock(100, 50, 30))).isEqualTo(3 + 8);
    }

    @Test
    void littleFasterIsNotFaster() throws SwapException {
        assertThat(rounds(REQUEST, new RoundClock(100, 99, 98, 97))).isEqualTo(1 + 8);
    }

    /** Within a round, not only between two: a round may take seconds while the compiler works. */
    @Test
    void endsInTheMiddleOfARoundWhenToldTo() {
        int[] looks = {0};
        Running side = new Running(new BluefieldBackend(),
            List.of(new TransportChoice(new FlexToeFactory(), Map.of())));
        RoundClock clock = new RoundClock(100);
        assertThatThrownBy(() -> new WarmUp(MemoryPort.pair(Map.of())[0].info(), side, side, REQUEST, clock, () -> {
            if (++looks[0] == 50) {
                throw new IllegalStateException("ending");
            }
        }).run()).hasMessage("ending");
        assertThat(looks[0]).isEqualTo(50);
    }

    @Test
    void endsWithItsTime() throws SwapException {
        assertThat(rounds(REQUEST.warmUp(120), new RoundClock(100, 50, 30))).isEqualTo(2);
    }

    /** A thousand connections in a pause need code that has been run as often. */
    @Test
    void takingOverIsPractisedAThousandfoldInEachRound() throws SwapException {
        int[] taken = {0};
        TransportChoice counted = new TransportChoice(counting(TransportFactory.class, new FlexToeFactory(), taken), Map.of());
        Running side = new Running(new BluefieldBackend(), List.of(counted));
        new WarmUp(MemoryPort.pair(Map.of())[0].info(), side, side, SwapRequest.KEEP.transport(0, counted).warmUp(1),
            new RoundClock(100), () -> { }).run();
        assertThat(taken[0] * WarmUp.STREAMS).isGreaterThan(3_000);
    }

    /** What it is given, but counts the states that its control planes take over. */
    private static <T> T counting(Class<T> type, Object real, int[] taken) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
            taken[0] += method.getName().equals("importState") ? 1 : 0;
            try {
                Object answer = method.invoke(real, arguments);
                return answer instanceof Transport ? counting(Transport.class, answer, taken)
                    : answer instanceof ControlPlane ? counting(ControlPlane.class, answer, taken) : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
