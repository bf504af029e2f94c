package org.millrace.api.port;

/**
 * What passed a port since it was opened. A super-frame counts once as a frame.
 *
 * @param receivedFrames    frames received
 * @param receivedBytes     bytes received, Ethernet headers included
 * @param receivedDropped   frames lost before the data path could see them: ring full, truncated
 * @param transmittedFrames frames sent
 * @param transmittedBytes  bytes sent
 * @param transmitDropped   frames the port could not take
 */
public record PortCounters(long receivedFrames, long receivedBytes, long receivedDropped,
                           long transmittedFrames, long transmittedBytes, long transmitDropped) {
}
