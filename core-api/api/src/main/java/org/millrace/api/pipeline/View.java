package org.millrace.api.pipeline;

/**
 * Typed fields over memory that the runtime owns. A subclass has accessors that call the methods below on {@code this}
 * with constant offsets, best a pair a field; these are all that a backend rewrites, models or analyses, and
 * {@link Layout} reads names, offsets and widths from them.
 *
 * <p>The memory is 32-bit words; a narrower field lives in the word that contains it, at the bit {@code 8 * (offset %
 * 4)}. Moving a view is the business of {@link ViewCursor}, which stages do not use.
 */
public abstract class View {
    int[] words;
    int base;

    /** Makes a view that is nowhere yet. */
    protected View() {
    }

    /**
     * {@return the 32-bit field}
     *
     * @param offset constant, a multiple of 4, bytes
     */
    protected final int i32(int offset) {
        return words[base + (offset >> 2)];
    }

    /**
     * Sets a 32-bit field.
     *
     * @param offset constant, a multiple of 4, bytes
     * @param value  any
     */
    protected final void i32(int offset, int value) {
        words[base + (offset >> 2)] = value;
    }

    /**
     * Adds to a 32-bit field, modulo 2^32. All that a {@link StageSpec.Concurrency#COMMUTATIVE} stage may do to its state:
     * what several replicas add comes together whatever their order. A backend that runs replicas on threads makes it
     * atomic.
     *
     * @param offset constant, a multiple of 4, bytes
     * @param delta  any
     */
    protected final void add(int offset, int delta) {
        words[base + (offset >> 2)] += delta;
    }

    /**
     * {@return an element of an indexed field of 32-bit words: a bitmap, a scoreboard}
     *
     * @param offset constant, a multiple of 4, bytes
     * @param length constant, a power of two, elements
     * @param index  any; taken modulo the length
     */
    protected final int i32(int offset, int length, int index) {
        return words[base + (offset >> 2) + (index & length - 1)];
    }

    /**
     * Sets an element of an indexed field.
     *
     * @param offset constant, a multiple of 4, bytes
     * @param length constant, a power of two, elements
     * @param index  any; taken modulo the length
     * @param value  any
     */
    protected final void i32(int offset, int length, int index, int value) {
        words[base + (offset >> 2) + (index & length - 1)] = value;
    }

    /**
     * {@return the 16-bit field, 0 to 65535}
     *
     * @param offset constant, a multiple of 2, bytes
     */
    protected final int u16(int offset) {
        return words[base + (offset >> 2)] >>> ((offset & 2) << 3) & 0xffff;
    }

    /**
     * Sets a 16-bit field.
     *
     * @param offset constant, a multiple of 2, bytes
     * @param value  its low 16 bits are taken
     */
    protected final void u16(int offset, int value) {
        int shift = (offset & 2) << 3;
        int i = base + (offset >> 2);
        words[i] = words[i] & ~(0xffff << shift) | (value & 0xffff) << shift;
    }

    /**
     * {@return the 8-bit field, 0 to 255}
     *
     * @param offset constant, bytes
     */
    protected final int u8(int offset) {
        return words[base + (offset >> 2)] >>> ((offset & 3) << 3) & 0xff;
    }

    /**
     * Sets an 8-bit field.
     *
     * @param offset constant, bytes
     * @param value  its low 8 bits are taken
     */
    protected final void u8(int offset, int value) {
        int shift = (offset & 3) << 3;
        int i = base + (offset >> 2);
        words[i] = words[i] & ~(0xff << shift) | (value & 0xff) << shift;
    }
}
