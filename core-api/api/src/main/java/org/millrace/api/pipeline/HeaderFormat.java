package org.millrace.api.pipeline;

import java.util.List;

/**
 * A header, declared: what a machine needs that makes its own parser and deparser of it. Bits are numbered as on the wire,
 * the first is the highest of the first byte; fields are big-endian.
 *
 * @param name        the protocol
 * @param bytes       of the header without options
 * @param fields      in order, without gaps
 * @param lengthField the field that holds the header's length with its options, in units of 4 bytes; empty: it has none
 * @param options     those that the protocol's codec knows; others are skipped
 */
public record HeaderFormat(String name, int bytes, List<Field> fields, String lengthField, List<Option> options) {
    /**
     * A field.
     *
     * @param name its name
     * @param bit  where it begins, bits from the start of the header or option
     * @param bits its width, 1 to 32
     */
    public record Field(String name, int bit, int bits) {
    }

    /**
     * An option. It begins with a byte for its kind and, if it is longer than that, one for its length.
     *
     * @param name   its name
     * @param kind   the first byte
     * @param bytes  its length, those two included
     * @param fields what it carries
     */
    public record Option(String name, int kind, int bytes, List<Field> fields) {
    }
}
