package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrivedCallsTest {
    private static final int WINDOW = 8;

    private final ArrivedCalls arrived = new ArrivedCalls(WINDOW);

    private boolean add(int index, boolean isEnd) {
        return arrived.add(index, -index - 1, 0, ByteBuffer.allocate(1), isEnd);
    }

    @Test
    void numbersArePassedInOrderWhateverOrderTheyComeIn() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Integer> passed = new ArrayList<>();
        for (int passedAll = 0; passedAll < 4_000;) {
            add(passedAll + random.nextInt(WINDOW), false);
            for (ArrivedCalls.Arrived first; (first = arrived.first()) != null; passedAll++) {
                passed.add(-first.number() - 1);
                arrived.pass();
            }
        }
        assertThat(passed).as("seed " + seed).isSorted().doesNotHaveDuplicates().startsWith(0);
        assertThat(passed.getLast()).as("seed " + seed).isEqualTo(passed.size() - 1);
    }

    @Test
    void copiesAndWhatIsBeyondTheWindowOrTheEndAreNotKept() {
        assertThat(add(WINDOW, false)).isFalse();
        assertThat(add(1, true)).isTrue();
        assertThat(add(1, true)).isFalse();
        assertThat(arrived.first()).isNull();
        assertThat(add(0, false)).isTrue();
        arrived.pass();
        assertThat(arrived.isPast(0)).isTrue();
        assertThat(arrived.isEnded()).isFalse();
        arrived.pass();
        assertThat(arrived.isEnded()).isTrue();
        assertThat(add(2, false)).isFalse();
    }

    @Test
    void requestsOfNoKindAreToldFromGreetings() {
        ByteBuffer hello = ByteBuffer.allocate(CallMessage.GREETING_BYTES);
        CallMessage.greeting(hello, CallMessage.HELLO, 4096, new InetSocketAddress("10.0.0.1", 40_000), 77);
        assertThat(CallMessage.kind(hello)).isEqualTo(CallMessage.HELLO);
        assertThat(CallMessage.number(hello)).isEqualTo(4096);
        assertThat(CallMessage.token(hello)).isEqualTo(77);
        assertThat(CallMessage.address(hello)).isEqualTo(new InetSocketAddress("10.0.0.1", 40_000));
        for (int bytes = 0; bytes < CallMessage.GREETING_BYTES; bytes++) {
            assertThat(CallMessage.kind(hello.slice(0, bytes))).as(bytes + " bytes").isZero();
        }
        assertThat(CallMessage.kind(hello.put(4, (byte) 0x80))).as("a window below zero").isZero();
        assertThat(CallMessage.kind(hello.put(1, (byte) 2))).as("another version").isZero();
    }
}
