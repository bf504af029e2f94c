package org.millrace.api.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void everyDropReasonSurvivesPacking() {
        for (DropReason reason : DropReason.values()) {
            long verdict = Verdict.drop(reason.code());
            assertThat(Verdict.action(verdict)).isEqualTo(Verdict.DROP);
            assertThat(Verdict.reason(verdict)).isEqualTo(reason.code());
        }
    }

    @Test
    void dropReasonsFitTheirEightBitsAndCodeZeroIsNone() {
        assertThat(DropReason.values().length).isLessThanOrEqualTo(256);
        assertThat(DropReason.NONE.code()).isZero();
    }

    @Test
    void partsDoNotDisturbEachOther() {
        for (int session : new int[] {0, 1, 0x8000, 0xffff}) {
            for (int reason : new int[] {0, 1, 128, 255}) {
                long verdict = Verdict.control(reason) | Verdict.mirror(session) | Verdict.DIGEST;
                assertThat(Verdict.action(verdict)).isEqualTo(Verdict.CONTROL);
                assertThat(Verdict.reason(verdict)).isEqualTo(reason);
                assertThat(Verdict.session(verdict)).isEqualTo(session);
                assertThat(verdict & Verdict.DIGEST).isNotZero();
                assertThat(verdict & Verdict.MIRROR).isNotZero();
                assertThat(verdict >>> 32).isZero();
            }
        }
    }

    @Test
    void flagsAreNoActions() {
        assertThat(Verdict.action(Verdict.NEXT | Verdict.DIGEST)).isEqualTo(Verdict.NEXT);
        assertThat(Verdict.action(Verdict.mirror(3) | Verdict.EMIT)).isEqualTo(Verdict.EMIT);
        assertThat(Verdict.mirror(3) & Verdict.DIGEST).isZero();
    }

    @Test
    void actionsDiffer() {
        assertThat(new long[] {Verdict.NEXT, Verdict.DROP, Verdict.CONTROL, Verdict.EMIT, Verdict.DONE})
            .doesNotHaveDuplicates();
    }
}
