package org.millrace.api.pipeline;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A program's parser and deparser for its transport header: bytes to metadata and back. The runtime does the link and
 * network headers.
 *
 * @param <M> the program's metadata
 */
public interface HeaderCodec<M extends SegmentMeta> {
    /** Instead of a sum, in the high half of what {@link #writeSummed} answers: the header's bytes are to be added up. */
    long UNSUMMED = -1L << 32;

    /**
     * Reads a transport header into the metadata. Addresses, ECN and {@link SegmentMeta#frame()} are set already; sets
     * ports, {@link SegmentMeta#payloadOffset()} (from the frame's start), {@link SegmentMeta#payloadLength()} and the
     * program's fields. Must answer for any bytes.
     *
     * @param frame         memory that holds the frame
     * @param frameOffset   where the frame begins
     * @param headerOffset  where the transport header begins, from the frame's start
     * @param length        bytes from there to the end of the datagram
     * @param checksumValid whether the transport checksum needs no check
     * @param meta          where to write
     * @return {@link Verdict#NEXT}, or a drop or hand-over
     */
    long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid, M meta);

    /**
     * Writes the transport header of a segment to send, its checksum field 0.
     *
     * @param meta   the item
     * @param header where to write
     * @param offset where the header begins
     * @return its length, bytes
     */
    int write(M meta, MemorySegment header, long offset);

    /**
     * Writes what {@link #write} writes, from the same fields, and says what it adds to the checksum: a codec that has the
     * header in words spares whoever sends it to read it again.
     *
     * @param meta   the item
     * @param header where to write
     * @param offset where the header begins
     * @return its length in the low 32 bits; above, the ones' complement sum of its 16-bit words (RFC 1071), of any 31 bits, or
     *         {@link #UNSUMMED}
     */
    default long writeSummed(M meta, MemorySegment header, long offset) {
        return UNSUMMED | write(meta, header, offset);
    }

    /** {@return the header it parses and writes, declared; null if it is not} */
    default HeaderFormat format() {
        return null;
    }

    /**
     * {@return which field of the metadata has which field of the header that is parsed: {@code sequence} is {@code seq}; of an
     * option, {@code timestamps.value}; the option's name alone: 1 if it is there. What is sent has the same, the ports and addresses
     * of the two sides exchanged; an option without a field of its own is sent if its first and last field differ. Empty: not declared}
     */
    default Map<String, String> carried() {
        return Map.of();
    }

    /** {@return offset of the checksum field from the header's start, or -1 if the transport has none} */
    int checksumOffset();

    /**
     * {@return at how many payload bytes a longer segment is to be cut by the port}
     *
     * @param meta an item about to be emitted
     */
    int segmentSize(M meta);

    /**
     * {@return most segments in a row that may give way to a later one of their flow, because they would leave together
     * and the later one says what they say; 0: each is sent}
     */
    default int mostReplaced() {
        return 0;
    }

    /**
     * Whether a segment without payload makes superfluous the one that its flow was to send before it, also without
     * payload. Its header has the same length. What the earlier one says and must still be said is carried over into the item.
     *
     * @param meta    the item about to be emitted
     * @param earlier where the earlier segment's header is, as {@link #write} has written it
     * @param offset  where it begins
     * @return whether the item's takes its place
     */
    default boolean replaces(M meta, MemorySegment earlier, long offset) {
        return false;
    }
}
