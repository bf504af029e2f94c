package org.millrace.execution;

import java.util.function.UnaryOperator;

/**
 * How a backend has the state lie that is kept for a flow: which stages share a row, and where rows begin. Stages that run
 * on different threads belong to different groups, and their rows on lines of their own.
 *
 * <p>DESIGN NOTES. Rows are an int array on the heap. Its first element lies 16 bytes behind the object, and large arrays
 * begin at a region of the collector (G1), so rows on lines begin 12 words into the array. With another collector they
 * are a line apart all the same, so that no two rows share more than the lines at their ends.
 *
 * @param group     names the group of a stage, by the stage's name
 * @param lineWords words of a line; 1: rows are packed
 */
public record RowPlan(UnaryOperator<String> group, int lineWords) {
    /** Words of a cache line. */
    public static final int LINE_WORDS = 16;
    /** One row a flow, as short as it can be. */
    public static final RowPlan PACKED = new RowPlan(stage -> "", 1);
    /** One row a flow, on lines of its own. */
    public static final RowPlan LINES = new RowPlan(stage -> "", LINE_WORDS);

    private static final int ARRAY_HEADER_WORDS = 4;

    /**
     * {@return rows on lines of their own, one a flow and group}
     *
     * @param group names the group of a stage, by the stage's name
     */
    public static RowPlan split(UnaryOperator<String> group) {
        return new RowPlan(group, LINE_WORDS);
    }

    /** {@return words before the first row} */
    int lead() {
        return lineWords == 1 ? 0 : lineWords - ARRAY_HEADER_WORDS;
    }

    /** {@return words from row to row} */
    int stride(int words) {
        return Math.ceilDiv(words, lineWords) * lineWords;
    }
}
