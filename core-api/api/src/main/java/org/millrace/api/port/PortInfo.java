package org.millrace.api.port;

/**
 * What a port is and what it can do.
 *
 * @param name            for people: {@code packet:veth1}, {@code memory:a}
 * @param macAddress      the port's own MAC address in the low 48 bits
 * @param mtuBytes        largest IP datagram on the wire, bytes
 * @param maxFrameBytes   largest frame or super-frame that {@link Port#transmit} takes, Ethernet header included
 * @param segmentation    whether a frame longer than the MTU is cut at {@link TransmitBatch#segmentSize}
 * @param checksumOffload whether a TCP or UDP checksum may be left partial: the field holds the folded pseudo-header
 *                        sum and {@link TransmitBatch#checksumStart} says where to begin
 * @param checksumTrusted whether received transport checksums need no check although a frame does not say so
 */
public record PortInfo(String name, long macAddress, int mtuBytes, int maxFrameBytes,
                       boolean segmentation, boolean checksumOffload, boolean checksumTrusted) {
    private static final int ETHERNET = 14;

    /**
     * {@return the same port with frames and super-frames of at most so many bytes, or one of the MTU}
     *
     * @param mostBytes Ethernet header included
     */
    public PortInfo withFrames(int mostBytes) {
        int frameBytes = Math.min(maxFrameBytes, Math.max(mostBytes, mtuBytes + ETHERNET));
        return new PortInfo(name, macAddress, mtuBytes, frameBytes, segmentation, checksumOffload, checksumTrusted);
    }
}
