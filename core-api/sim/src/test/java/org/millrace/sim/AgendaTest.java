package org.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AgendaTest {
    private final Agenda agenda = new Agenda();
    private final List<String> seen = new ArrayList<>();

    private void note(long nowPs, int event, long argument) {
        seen.add(nowPs + ":" + event + ":" + argument);
    }

    @Test
    void eventsOfOneTimeHappenInTheOrderOfTheirPutting() {
        agenda.at(7, this::note, 1, 10);
        agenda.at(3, this::note, 2, 20);
        agenda.at(7, this::note, 3, 30);
        assertThat(agenda.nextPs()).isEqualTo(3);
        agenda.runUntil(7);
        assertThat(seen).containsExactly("3:2:20", "7:1:10", "7:3:30");
        assertThat(agenda.nextPs()).isEqualTo(Agenda.NEVER);
        assertThat(agenda.next()).isFalse();
        assertThat(agenda.happened()).isEqualTo(3);
    }

    @Test
    void whatAnEventBringsAboutAtItsTimeHappensToo() {
        agenda.at(5, (nowPs, event, argument) -> agenda.in(0, this::note, event + 1, argument), 1, 2);
        agenda.at(6, this::note, 9, 9);
        agenda.runUntil(5);
        assertThat(seen).containsExactly("5:2:2");
        assertThat(agenda.pending()).isEqualTo(1);
        assertThat(agenda.nowPs()).isEqualTo(5);
    }

    @Test
    void timeGoesOnWithoutEventsAndNeverBack() {
        agenda.runUntil(1_999);
        assertThat(agenda.nowNs()).isEqualTo(1);
        assertThat(agenda.clockNs().getAsLong()).isEqualTo(1);
        assertThatThrownBy(() -> agenda.at(1_998, this::note, 0, 0))
            .hasMessage("an event at 1998 ps, and it is 1999 ps already");
    }

    @Test
    void theOrderIsThatOfASortedList() {
        long seed = 20_261;
        SplittableRandom random = new SplittableRandom(seed);
        record Planned(long timePs, long number) {
        }
        List<Planned> planned = new ArrayList<>();
        for (long number = 0; number < 20_000; number++) {
            long timePs = random.nextLong(3_000);
            planned.add(new Planned(timePs, number));
            agenda.at(timePs, this::note, 0, number);
        }
        planned.sort(Comparator.comparingLong(Planned::timePs));
        agenda.runUntil(3_000);
        assertThat(seen).as("seed " + seed)
            .containsExactlyElementsOf(planned.stream().map(p -> p.timePs + ":0:" + p.number).toList());
    }

    /** A thousand events that put one more each. */
    private static final class Hopping implements Actor {
        private final Agenda agenda;
        private final SplittableRandom random = new SplittableRandom(3);

        Hopping(Agenda agenda) {
            this.agenda = agenda;
        }

        @Override
        public void act(long nowPs, int event, long argument) {
            agenda.in(1 + random.nextInt(1_000_000), this, event, argument + 1);
        }
    }

    @Test
    void allocatesNothingOnceItHasGrown() {
        Hopping hopping = new Hopping(agenda);
        for (int i = 0; i < 1_000; i++) {
            agenda.at(i, hopping, 0, 0);
        }
        agenda.runUntil(100_000_000L);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long happened = agenda.happened();
        agenda.runUntil(300_000_000L);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(agenda.happened() - happened).isGreaterThan(300_000);
        assertThat(bytes).isLessThan(4_096);
    }
}
