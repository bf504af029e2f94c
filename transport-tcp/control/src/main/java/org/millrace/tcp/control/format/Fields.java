package org.millrace.tcp.control.format;

import java.io.IOException;

/**
 * The fields of an exported state, one after the other: the same walk over an object writes them or reads them back, so
 * the two directions cannot differ. Each method takes what the object has and returns what it is to have. Integers are
 * big-endian.
 */
public interface Fields {
    /** A deadline that never comes, ns. */
    long NEVER = Long.MAX_VALUE;

    /** {@return version of docs/state-format.md in which the fields are: 5, or 4 when what an older program has exported is read} */
    int version();

    /** One byte: 0 or 1. */
    boolean bit(boolean value) throws IOException;

    /** Four bytes without a range: sequence numbers, addresses, counters that wrap. */
    int i32(int value) throws IOException;

    /**
     * Four bytes that must lie in a range.
     *
     * @throws IllegalArgumentException if what is read does not
     */
    int number(String name, int value, int min, int max) throws IOException;

    /** Eight bytes. */
    long i64(long value) throws IOException;

    /** Eight bytes: how long from the export until a deadline, ns; 0 if it is past; -1: {@link #NEVER}. */
    long deadline(long value) throws IOException;

    /** Eight bytes: how long before the export something was, ns. */
    long since(long value) throws IOException;

    /** Eight bytes: IEEE 754. */
    double f64(double value) throws IOException;

    /** Modified UTF-8 behind two bytes of length. */
    String text(String value) throws IOException;

    /** Bytes behind two bytes of length. */
    byte[] bytes(byte[] value) throws IOException;
}
