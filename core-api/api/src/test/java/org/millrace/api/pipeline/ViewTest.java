package org.millrace.api.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ViewTest {
    private static final long SEED = 20260722;
    private static final int WORDS = 8;

    /** Any field of any width: constant offsets are the stages' discipline, not the view's. */
    private static final class AnyView extends View {
        int get(int bits, int offset) {
            return switch (bits) {
                case 8 -> u8(offset);
                case 16 -> u16(offset);
                default -> i32(offset);
            };
        }

        void set(int bits, int offset, int value) {
            switch (bits) {
                case 8 -> u8(offset, value);
                case 16 -> u16(offset, value);
                default -> i32(offset, value);
            }
        }
    }

    @Test
    void fieldsPackLikeLittleEndianBytes() {
        System.out.println("ViewTest seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        int[] words = new int[WORDS + 4];
        ByteBuffer model = ByteBuffer.allocate(WORDS * 4).order(ByteOrder.LITTLE_ENDIAN);
        AnyView view = new AnyView();
        ViewCursor.move(view, words, 2);
        for (int n = 0; n < 100_000; n++) {
            int bits = 8 << random.nextInt(3);
            int offset = random.nextInt(WORDS * 4 * 8 / bits) * (bits / 8);
            int value = random.nextInt();
            view.set(bits, offset, value);
            put(model, bits, offset, value);
            int readBits = 8 << random.nextInt(3);
            int readOffset = random.nextInt(WORDS * 4 * 8 / readBits) * (readBits / 8);
            assertThat(view.get(readBits, readOffset)).as("bits %d offset %d", readBits, readOffset)
                .isEqualTo(get(model, readBits, readOffset));
        }
        for (int i = 0; i < WORDS; i++) {
            assertThat(words[2 + i]).isEqualTo(model.getInt(i * 4));
        }
        assertThat(new int[] {words[0], words[1], words[WORDS + 2], words[WORDS + 3]}).containsOnly(0);
    }

    private static void put(ByteBuffer model, int bits, int offset, int value) {
        for (int i = 0; i < bits / 8; i++) {
            model.put(offset + i, (byte) (value >>> 8 * i));
        }
    }

    private static int get(ByteBuffer model, int bits, int offset) {
        int value = 0;
        for (int i = 0; i < bits / 8; i++) {
            value |= (model.get(offset + i) & 0xff) << 8 * i;
        }
        return value;
    }

    @Test
    void clearLeavesNeighboursAlone() {
        int[] words = {1, 2, 3, 4};
        AnyView view = new AnyView();
        ViewCursor.move(view, words, 1);
        ViewCursor.clear(view, 2);
        assertThat(words).containsExactly(1, 0, 0, 4);
    }

    @Test
    void copyMovesOnlyWhatIsCovered() {
        int[] from = {1, 2, 3, 4};
        int[] to = {9, 9, 9, 9};
        AnyView source = new AnyView();
        AnyView target = new AnyView();
        ViewCursor.move(source, from, 0);
        ViewCursor.move(target, to, 1);
        ViewCursor.copy(source, target, 2);
        assertThat(to).containsExactly(9, 1, 2, 9);
    }

    @Test
    void segmentMetaAccessorsReadWhatTheyWrote() {
        SegmentMeta meta = new SegmentMeta();
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / 4], 0);
        meta.localPort(0x1ffff);
        meta.peerPort(7);
        meta.ecn(0x102);
        meta.workflow(3);
        meta.context(65535);
        assertThat(meta.localPort()).isEqualTo(0xffff);
        assertThat(meta.peerPort()).isEqualTo(7);
        assertThat(meta.ecn()).isEqualTo(2);
        assertThat(meta.workflow()).isEqualTo(3);
        assertThat(meta.context()).isEqualTo(65535);
        assertThat(meta.operation()).isZero();
    }

    /** A sum and a bitmap. */
    private static final class Indexed extends View {
        void more(int by) {
            add(4, by);
        }

        int word(int index) {
            return i32(8, 4, index);
        }

        void word(int index, int v) {
            i32(8, 4, index, v);
        }
    }

    @Test
    void addWrapsAndAnIndexNeverLeavesItsField() {
        int[] words = {9, 9, Integer.MAX_VALUE, 0, 0, 0, 0, 9};
        Indexed view = new Indexed();
        ViewCursor.move(view, words, 1);
        view.more(2);
        assertThat(words[2]).isEqualTo(Integer.MIN_VALUE + 1);
        for (int index : new int[] {0, 1, 6, -1}) {
            view.word(index, index + 100);
        }
        assertThat(words).containsExactly(9, 9, Integer.MIN_VALUE + 1, 100, 101, 106, 99, 9);
        assertThat(view.word(3)).isEqualTo(99).isEqualTo(view.word(-5));
    }
}
