package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class ReadableTest {
    private final StageHarness<LaminarMeta, Readable.Register> harness =
        StageHarness.<LaminarMeta, Readable.Register>of(new Readable(), LaminarMeta::new);

    private void readable(int told, int readable, int taken) {
        harness.state(s -> s.told(told)).item(m -> {
            m.readable(readable);
            m.taken(taken);
        }).expect(Verdict.NEXT);
    }

    @Test
    void newBytesAreToldOnce() {
        readable(-50, 100, 1);
        assertThat(harness.state().told()).isEqualTo(100);
        assertThat(harness.meta().rxBump()).isEqualTo(150);
        assertThat(harness.meta().already()).isEqualTo(-50);
        readable(100, 100, 1);
        assertThat(harness.meta().rxBump()).isZero();
    }

    @Test
    void nothingIsTakenBack() {
        readable(1000, 600, 1);
        assertThat(harness.state().told()).isEqualTo(1000);
        assertThat(harness.meta().rxBump()).isZero();
    }

    @Test
    void refusedSegmentTellsNothing() {
        readable(1000, 1600, 0);
        assertThat(harness.state().told()).isEqualTo(1000);
    }
}
