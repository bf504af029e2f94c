package org.millrace.api.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;

class StageSpecTest {
    static final class Counter extends State {
        int count() {
            return i32(0);
        }
    }

    @Test
    void statelessHasNoKeyAndNoState() {
        StageSpec<State.None> spec = StageSpec.stateless("lookup", List.of(FlowLookup.class));
        assertThat(spec.key()).isEqualTo(Key.NONE);
        assertThat(spec.concurrency()).isEqualTo(Concurrency.STATELESS);
        assertThat(spec.externs()).containsExactly(FlowLookup.class);
        assertThat(Layout.of(spec.state().get().getClass()).words()).isZero();
    }

    @Test
    void perFlowMakesANewViewEachTime() {
        StageSpec<Counter> spec = StageSpec.perFlow("count", Concurrency.FLOW_ATOMIC, Counter::new, List.of());
        assertThat(spec.key()).isEqualTo(Key.FLOW);
        assertThat(spec.concurrency()).isEqualTo(Concurrency.FLOW_ATOMIC);
        assertThat(spec.state().get()).isNotSameAs(spec.state().get());
    }

    @Test
    void schedulerOfNothingNeverHasAFlow() {
        assertThat(FlowScheduler.NONE.next(0)).isZero();
        assertThat(FlowScheduler.NONE.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }
}
