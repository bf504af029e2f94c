package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class FutexSetTest {
    private static final int WORDS = 3;
    private static final int ASLEEP = 1;

    private final MemorySegment memory = Arena.ofAuto().allocate(64 * WORDS, 64);
    private final List<Futex> words = IntStream.range(0, WORDS).mapToObj(word -> new Futex(memory, 64L * word)).toList();
    private final FutexSet set = new FutexSet(words);

    @BeforeAll
    static void kernelHasIt() {
        Assumptions.assumeTrue(FutexSet.isSupported(), "no futex_waitv here");
    }

    private void fill(int value) {
        for (int word = 0; word < WORDS; word++) {
            memory.set(ValueLayout.JAVA_INT, 64L * word, value);
        }
    }

    @Test
    void wordThatHasChangedKeepsItAwake() {
        for (int word = 0; word < WORDS; word++) {
            fill(ASLEEP);
            memory.set(ValueLayout.JAVA_INT, 64L * word, 0);
            assertThat(set.await(ASLEEP, -1)).isFalse();
        }
    }

    @Test
    void timeThatIsOverWakesIt() {
        fill(ASLEEP);
        long beginNs = System.nanoTime();
        assertThat(set.await(ASLEEP, 2_000_000)).isFalse();
        assertThat(System.nanoTime() - beginNs).isGreaterThanOrEqualTo(2_000_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE})
    void wakingAnyWordWakesIt(long timeoutNs) throws Exception {
        for (Futex word : words) {
            fill(ASLEEP);
            FutureTask<Boolean> sleeper = new FutureTask<>(() -> set.await(ASLEEP, timeoutNs));
            Thread.ofPlatform().daemon().start(sleeper);
            while (word.wake(1) == 0 && !sleeper.isDone()) { // the testkit is built on this module
                assertThat(Thread.currentThread().isInterrupted()).as("nobody sleeps on the word").isFalse();
                Thread.onSpinWait();
            }
            assertThat(sleeper.get()).isTrue();
        }
    }

    @Test
    void wordsAreOneToAHundredAndTwentyEight() {
        assertThatThrownBy(() -> new FutexSet(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FutexSet(Collections.nCopies(129, words.getFirst())))
            .hasMessage("a thread can sleep on 1 to 128 words, not on 129");
    }
}
