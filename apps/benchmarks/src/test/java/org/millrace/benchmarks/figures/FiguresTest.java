package org.millrace.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Figures ECHO = new Figures("echo", "ns", 30, 10, 20);

    @Test
    void medianAndBoundsDoNotDependOnTheOrderOfRounds() {
        assertThat(ECHO.median()).isEqualTo(20);
        assertThat(ECHO.least()).isEqualTo(10);
        assertThat(ECHO.most()).isEqualTo(30);
    }

    @Test
    void ratiosAreOfTheSameRound() {
        assertThat(ECHO.over(new Figures("c", "ns", 10, 20, 10)).rounds()).containsExactly(3, 0.5, 2);
        assertThat(ECHO.without(new Figures("harness", "ns", 1, 2, 3)).rounds()).containsExactly(29, 8, 17);
    }

    @Test
    void figuresOfDifferentlyManyRoundsAreNotCompared() {
        assertThatThrownBy(() -> ECHO.over(new Figures("c", "ns", 1))).hasMessage("echo has 3 rounds, c 1");
    }

    @Test
    void otherProcessesReadWhatWasSaidAmongOtherLines() {
        assertThat(Figures.parse("warming up\n" + ECHO.line() + "\nfiguring\n")).singleElement().satisfies(read -> {
            assertThat(read.subject()).isEqualTo("echo");
            assertThat(read.unit()).isEqualTo("ns");
            assertThat(read.rounds()).containsExactly(30, 10, 20);
        });
    }
}
