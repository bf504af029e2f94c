package org.millrace.runtime.transport;

import org.millrace.api.hardware.Capacity;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.net.IpLayer;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.frame.LoopbackPort;
import org.millrace.runtime.frame.ReceivedFrames;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.tenant.Egress;
import org.millrace.runtime.tenant.HostTransfer;
import org.millrace.runtime.tenant.PayloadSpans;
import org.millrace.runtime.tenant.Weights;

/**
 * What a data path is made of beside its transports: what these work with. Owned by: the data-path thread.
 *
 * @param instance the instance's name
 * @param place    which of the data paths behind its addresses it is
 * @param capacity how much of everything
 * @param port     where frames enter and leave
 * @param ip       the network layer
 * @param frames   the batch, and frames that wait beyond theirs
 * @param contexts the applications' contexts
 * @param weights  how their sending is shared
 * @param transfer moves payload
 * @param spans    finds payload
 * @param egress   frames that leave
 * @param counters what is counted
 */
public record PathParts(String instance, ShardPlace place, Capacity capacity, LoopbackPort port, IpLayer ip,
                        ReceivedFrames frames, ContextTable contexts, Weights weights, HostTransfer transfer, PayloadSpans spans,
                        Egress egress, Counters counters) {
    /** Answers a frame with port unreachable (RFC 1122 §4.1.3.1). */
    void portUnreachable(int frame) {
        ReceivedPacket packet = frames.packet(frame);
        if (packet != null) {
            ip.portUnreachable(packet.frame, packet.frameOffset, frames.length(frame), frames.receivedNs);
        }
    }
}
