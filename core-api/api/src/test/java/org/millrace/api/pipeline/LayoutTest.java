package org.millrace.api.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Layout.Field;

class LayoutTest {
    /** One field for each way that javac loads a constant: iconst, bipush, sipush, ldc. */
    static final class Constants extends View {
        private static final int BASE = 128;

        int zero() {
            return u8(0);
        }

        int five() {
            return u8(5);
        }

        int six() {
            return u16(6);
        }

        int byteRange() {
            return i32(124);
        }

        int expression() {
            return i32(BASE + 4);
        }

        int shortRange() {
            return i32(32764);
        }

        int wide() {
            return i32(40000);
        }
    }

    static class Parent extends View {
        static final int BYTES = 8;

        int first() {
            return i32(0);
        }

        void first(int v) {
            i32(0, v);
        }
    }

    static final class Child extends Parent {
        int second() {
            return u16(BYTES + 2);
        }

        void second(int v) {
            u16(BYTES + 2, v);
        }
    }

    static final class Overlapping extends View {
        int whole() {
            return i32(4);
        }

        int part() {
            return u8(6);
        }
    }

    static final class OverlapsParent extends Parent {
        int again() {
            return u16(2);
        }
    }

    static final class EveryAccess extends View {
        int field() {
            return u8(1);
        }

        void setterOnly(int v) {
            i32(4, v);
        }

        int indexed(int offset) {
            return u8(offset);
        }

        int sum() {
            return u8(8) + u8(9);
        }

        boolean flag() {
            return (field() & 1) != 0;
        }

        int constant() {
            return 7;
        }
    }

    @Test
    void readsEveryFormOfConstant() {
        assertThat(Layout.of(Constants.class).fields()).containsExactly(new Field("zero", 0, 8),
            new Field("five", 5, 8), new Field("six", 6, 16), new Field("byteRange", 124, 32),
            new Field("expression", 132, 32), new Field("shortRange", 32764, 32), new Field("wide", 40000, 32));
    }

    @Test
    void inheritedFieldsComeFirst() {
        Layout layout = Layout.of(Child.class);
        assertThat(layout.fields()).containsExactly(new Field("first", 0, 32), new Field("second", 10, 16));
        assertThat(layout.words()).isEqualTo(3);
        assertThat(layout.bits()).isEqualTo(48);
    }

    @Test
    void overlapNamesBothFieldsAndTheClass() {
        assertThatThrownBy(() -> Layout.of(Overlapping.class)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("Overlapping").hasMessageContaining("whole and part overlap at offset 6");
        assertThatThrownBy(() -> Layout.of(OverlapsParent.class)).hasMessageContaining("first and again");
    }

    /** Suspect of a deployed extension's 64-bit counter: its high word lay in the next stage's state. */
    static final class Wide extends View {
        long value() {
            return (long) i32(4) << 32 | i32(0) & 0xffff_ffffL;
        }

        void count(int by) {
            long next = value() + by;
            i32(0, (int) next);
            i32(4, (int) (next >>> 32));
        }

        void sum(int by) {
            add(8, Math.max(by, u8(12)));
        }

        int word(int index) {
            return i32(16, 8, index);
        }

        void word(int index, int v) {
            i32(16, 8, index, word(index + 1) | v);
        }
    }

    @Test
    void everyAccessIsAFieldNamedByItsGetterIfItHasOne() {
        assertThat(Layout.of(EveryAccess.class).fields()).containsExactly(new Field("field", 1, 8),
            new Field("setterOnly", 4, 32), new Field("sum@8", 8, 8), new Field("sum@9", 9, 8));
    }

    @Test
    void anAccessInTheMiddleOfAnExpressionCounts() {
        assertThat(Layout.of(Wide.class).fields()).containsExactly(new Field("value@0", 0, 32), new Field("value@4", 4, 32),
            new Field("sum@8", 8, 32), new Field("sum@12", 12, 8), new Field("word", 16, 32, 8));
        assertThat(Layout.of(Wide.class).words()).isEqualTo(12);
        assertThat(Layout.of(Wide.class).bits()).isEqualTo(3 * 32 + 8 + 8 * 32);
    }

    @Test
    void stateOfNothingHasNoWords() {
        Layout layout = Layout.of(State.None.class);
        assertThat(layout.fields()).isEmpty();
        assertThat(layout.words()).isZero();
        assertThat(layout.bits()).isZero();
    }

    @Test
    void wordsRoundUp() {
        assertThat(Layout.of(EveryAccess.class).words()).isEqualTo(3);
    }

    @Test
    void segmentMetaFillsItsBytes() {
        Layout layout = Layout.of(SegmentMeta.class);
        assertThat(layout.words() * 4).isEqualTo(SegmentMeta.BYTES);
        assertThat(layout.fields()).extracting(Field::name).contains("flow", "digest", "discard", "payload").hasSize(23);
    }
}
