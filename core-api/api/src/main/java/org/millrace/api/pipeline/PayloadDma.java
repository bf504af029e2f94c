package org.millrace.api.pipeline;

/** Moves payload between a segment and a connection's payload buffer. */
public interface PayloadDma extends Extern {
    /**
     * Writes {@link SegmentMeta#length()} bytes of the received segment, from {@link SegmentMeta#payloadOffset()} on,
     * into the receive buffer of {@link SegmentMeta#connection()} at {@link SegmentMeta#position()}. Of several parts the segment's
     * last bytes come last: where they have gone the port may keep no others.
     *
     * @param meta the item
     */
    void toHost(SegmentMeta meta);

    /**
     * Makes {@link SegmentMeta#length()} bytes of the transmit buffer of {@link SegmentMeta#connection()}, from
     * {@link SegmentMeta#position()} on, the payload of the segment that this item will emit: sets
     * {@link SegmentMeta#payload()}, to which context, position and length belong from now on.
     *
     * @param meta the item
     */
    void fromHost(SegmentMeta meta);
}
