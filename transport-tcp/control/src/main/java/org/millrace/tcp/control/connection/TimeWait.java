package org.millrace.tcp.control.connection;

import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.SequenceNumber;

/**
 * A connection in TIME-WAIT: no flow, no buffers.
 *
 * @param ends       both ends
 * @param sndNxt     SND.NXT
 * @param rcvNxt     RCV.NXT
 * @param timestamps whether segments carry timestamps
 * @param tsRecent   TS.Recent
 * @param dscp       code point of what is sent
 * @param deadlineNs when it ends
 */
public record TimeWait(Endpoints ends, int sndNxt, int rcvNxt, boolean timestamps, int tsRecent, int dscp,
                       long deadlineNs) {
    public static final TimeWait NONE = new TimeWait(Endpoints.NONE, 0, 0, false, 0, 0, 0);

    TimeWait until(long newDeadlineNs) {
        return new TimeWait(ends, sndNxt, rcvNxt, timestamps, tsRecent, dscp, newDeadlineNs);
    }

    /** {@return whether a SYN is certainly of a new connection, RFC 6191 §2} */
    public boolean isFollowedBy(Segment syn) {
        if (timestamps && tsRecent != 0 && syn.options().hasTimestamps() && syn.options().tsValue() != tsRecent) {
            return SequenceNumber.greaterThan(syn.options().tsValue(), tsRecent);
        }
        return SequenceNumber.greaterThan(syn.seq, rcvNxt);
    }
}
