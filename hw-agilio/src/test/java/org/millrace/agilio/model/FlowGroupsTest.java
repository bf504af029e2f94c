package org.millrace.agilio.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Flows that have sent before anything was received: their number decides. */
class FlowGroupsTest {
    private final FlowGroups groups = new FlowGroups(8, 2);

    @Test
    void flowsOfAGroupAreNumberedFromZero() {
        assertThat(new int[] {groups.group(1), groups.group(3), groups.group(2)}).containsExactly(0, 0, 1);
        assertThat(new int[] {groups.rank(1), groups.rank(3), groups.rank(2)}).containsExactly(0, 1, 0);
    }

    @Test
    void theNumberOfAConnectionThatIsOverIsTheNextOnes() {
        for (int flow = 1; flow <= 5; flow += 2) {
            groups.rank(flow);
        }
        groups.cleared(3);
        groups.cleared(3);
        assertThat(groups.rank(7)).isEqualTo(1);
        assertThat(groups.rank(3)).as("it is another connection's").isEqualTo(3);
    }
}
