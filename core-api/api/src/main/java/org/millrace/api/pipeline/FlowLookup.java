package org.millrace.api.pipeline;

/** Exact match on a segment's addresses and ports. */
public interface FlowLookup extends Extern {
    /**
     * {@return the flow of the segment's addresses and ports, or 0 if there is none}
     *
     * @param meta with local and peer address and port set
     */
    int lookup(SegmentMeta meta);

    /**
     * {@return the flow that listens at the segment's local address and port, whoever the peer is, or else at the port of all
     * local addresses, or 0 if there is none}
     *
     * @param meta with local address and port set
     */
    int lookupLocal(SegmentMeta meta);
}
