package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.tcp.laminar.NoDma;
import org.millrace.tcp.laminar.receive.ReassemblyChain.Pseudo;

/**
 * Table 5.1, row for row: twelve events, P#3 lost. rx-avail is computed from the right edge (variant C).
 *
 * <p>Where text and table disagree, the table is followed: stage 3 has the tail and stage 4 the head (the text of
 * §5.3.1.1 says it the other way round). The text has a pseudo segment for every segment with payload, the table lists
 * none for #1 and #7: here they exist, P#1 as a bare acknowledgement and P#7 as a duplicate, and change no register.
 */
class Table51Test {
    private final ReassemblyChain chain = new ReassemblyChain(new NoDma());
    private int first;

    private void segment(int seq, int length) {
        chain.segment(first + seq - 1000, length);
    }

    private void mirrored(int seq, int length) {
        assertThat(chain.pending.peekLast()).isEqualTo(new Pseudo(first + seq - 1000, first + seq + length - 1000));
    }

    private boolean pseudo(int seq, int length) {
        return chain.pseudo(new Pseudo(first + seq - 1000, first + seq + length - 1000));
    }

    private void leaves(int next, int avail, int tail, int head) {
        assertThat(new int[] {chain.next() - first + 1000, chain.avail(), chain.tail(), chain.head()})
            .containsExactly(next, avail, tail, head);
    }

    /** From 1000 as in the table, and across the wrap of sequence numbers. */
    @ParameterizedTest
    @ValueSource(ints = {1000, -1400, Integer.MAX_VALUE - 700})
    void everyRow(int initial) {
        first = initial;
        chain.from(first, first + 10_000);
        leaves(1000, 10_000, 0, 0);
        segment(1500, 500);                                 // #1 starts an interval
        leaves(1000, 10_000, 1000, 500);
        mirrored(1000, 0);                                  // P#1, not in the table: a duplicate ACK
        assertThat(chain.meta.rxBump()).isZero();
        segment(1000, 500);                                 // #2 closes the gap
        leaves(1500, 9500, 500, 0);
        mirrored(1500, 500);
        assertThat(chain.meta.rxBump()).as("told ahead of the merge, §5.3.1.6").isEqualTo(1000);
        segment(2000, 500);                                 // #3 joins at the tail: "in-order" in §5.3.1.5
        leaves(1500, 9500, 1000, 0);
        mirrored(1500, 1000);
        segment(1500, 100);                                 // #4, again though it has been received
        leaves(1600, 9400, 900, 0);
        mirrored(1600, 900);
        assertThat(chain.meta.rxBump()).as("told before").isZero();
        assertThat(pseudo(1500, 500)).isTrue();             // P#2, partly a duplicate
        leaves(2000, 9000, 500, 0);
        // P#3 is lost
        segment(2500, 100);                                 // #5
        leaves(2000, 9000, 600, 0);
        mirrored(2000, 600);
        segment(2000, 100);                                 // #6
        leaves(2100, 8900, 500, 0);
        mirrored(2100, 500);
        segment(3000, 100);                                 // #7 cannot start an interval
        leaves(2100, 8900, 500, 0);
        mirrored(2100, 500);                                // P#7, not in the table
        assertThat(pseudo(1600, 900)).isTrue();             // P#4
        leaves(2500, 8500, 100, 0);
        assertThat(pseudo(2000, 600)).isTrue();             // P#5
        leaves(2600, 8400, 0, 0);
        assertThat(pseudo(2100, 500)).isFalse();            // P#6, wholly a duplicate, discarded
        leaves(2600, 8400, 0, 0);
        assertThat(pseudo(2100, 500)).isFalse();            // P#7 the same
        leaves(2600, 8400, 0, 0);
    }
}
