package org.millrace.runtime;

import java.util.List;
import java.util.Map;
import org.millrace.api.port.PortCounters;
import org.millrace.api.transport.ConnectionInfo;

/**
 * A data path at one moment, for tools.
 *
 * @param instance               its name
 * @param hardware               the backend's name
 * @param port                   the port's name
 * @param portCounters           what passed the port
 * @param drops                  items and frames dropped, by reason; those that occurred
 * @param network                events of ARP, ICMP and IP; those that occurred
 * @param transports             by transport
 * @param connections            a line for each connection and listener
 * @param contexts               contexts open
 * @param contextConnections     connection slots taken in them
 * @param contextsOpened         contexts ever opened
 * @param contextsClosedForCause contexts closed because their application broke the protocol
 * @param requests               requests read from applications
 * @param staleRequests          those of them that named a connection gone before
 * @param events                 events written to applications
 * @param receivedPayloadBytes   payload bytes copied to applications
 * @param transferFaults         payload transfers left out because the metadata did not fit the buffers
 */
public record DataPathStatus(String instance, String hardware, String port, PortCounters portCounters,
                             Map<String, Long> drops, Map<String, Long> network, List<TransportStatus> transports,
                             List<ConnectionInfo> connections, int contexts, int contextConnections,
                             long contextsOpened, long contextsClosedForCause, long requests, long staleRequests,
                             long events, long receivedPayloadBytes, long transferFaults) {
    /**
     * A transport.
     *
     * @param name                its name
     * @param received            RX items: segments received, a super-frame once
     * @param scheduled           TX items: flows that the scheduler made send
     * @param hostControl         HC items: bumps and requests
     * @param emitted             segments emitted by the program, a super-frame once
     * @param sentPayloadBytes    payload bytes in them
     * @param digests             digests to the control plane
     * @param controlPackets      segments handed to the control plane
     * @param controlSegmentsSent segments sent by the control plane
     * @param flows               flows allocated
     */
    public record TransportStatus(String name, long received, long scheduled, long hostControl, long emitted,
                                  long sentPayloadBytes, long digests, long controlPackets,
                                  long controlSegmentsSent, int flows) {
    }
}
