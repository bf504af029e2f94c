package org.millrace.api.pipeline;

/**
 * The host's side of push pacing (§5.3.2.2): what it pushes arrives with its fields set, so filling them in is no
 * operation of the machine. Only the first stage of {@link Workflow#TX} can take what is pushed.
 */
public interface PushSource extends HostPart {
    /**
     * Fills in the segment that the host pushes for the item's flow.
     *
     * @param item  the item, its flow set
     * @param nowNs the time
     * @return false if there is nothing to send
     */
    boolean push(SegmentMeta item, long nowNs);
}
