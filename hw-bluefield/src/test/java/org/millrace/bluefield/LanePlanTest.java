package org.millrace.bluefield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.bluefield.LanePlan.Kind;

/** What a user writes, and what is refused. */
class LanePlanTest {
    @Test
    void lanesAreThoseThatAreNamed() {
        LanePlan plan = LanePlan.parse(" pre * 2/protocol*3/dma");
        assertThat(plan.lanes(Kind.PRE)).isEqualTo(2);
        assertThat(plan.lanes(Kind.PROTOCOL)).isEqualTo(3);
        assertThat(plan.lanes(Kind.POST)).isZero();
        assertThat(plan.lanes(Kind.DMA)).isEqualTo(1);
        assertThat(plan).hasToString("pre*2/protocol*3/dma");
        assertThat(plan.hasStages()).isTrue();
        assertThat(LanePlan.parse("dma*16").hasStages()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rx", "dma*0", "dma*17", "dma*x", "dma*", "dma*2*2", "protocol/pre", "dma/dma", "pre//dma", "PRE", "pre,dma"})
    void anythingElseIsToldWhatIsAllowed(String text) {
        assertThatThrownBy(() -> LanePlan.parse(text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("allowed is pre, protocol, post and dma").hasMessageContaining("pre*2/protocol*2/post/dma");
    }

    @Test
    void contextSaysWhyItHasNoLane() {
        assertThatThrownBy(() -> LanePlan.parse("dma/context")).hasMessageStartingWith("context has no lane: what tells applications");
    }
}
