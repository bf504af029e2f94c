package org.millrace.context;

/**
 * A descriptor that has passed a context queue.
 *
 * @param timeNs     when, on the data path's clock
 * @param context    the context's number
 * @param direction  which ring
 * @param descriptor its 64 bytes, laid out as {@code org.millrace.memory.Descriptor} says
 */
public record JournalEntry(long timeNs, int context, Direction direction, byte[] descriptor) {
    /** Which way a descriptor went. The ordinal is part of the journal. */
    public enum Direction {
        /** From the application to the data path. */
        REQUEST,
        /** From the data path to the application. */
        EVENT
    }
}
