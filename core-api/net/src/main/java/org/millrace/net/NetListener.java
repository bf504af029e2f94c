package org.millrace.net;

/**
 * What a transport is told. Called on the data path's thread, after the tables have changed, so a listener may send
 * and resolve.
 */
public interface NetListener {
    /**
     * A next hop does not answer. A connection being opened through it fails; an established one goes on and lets its
     * own timers decide (RFC 1122 §4.2.3.9).
     *
     * @param nextHop IPv4 address
     * @param nowNs time in nanoseconds
     */
    void neighbourUnreachable(int nextHop, long nowNs);

    /**
     * Somebody else uses one of the own addresses.
     *
     * @param address the address
     * @param mac MAC address of the other, in the low 48 bits
     * @param nowNs time in nanoseconds
     */
    void addressConflict(int address, long mac, long nowNs);

    /**
     * A packet of ours met an error. Anyone may have sent this: check the quoted sequence number (RFC 5927 §4.1)
     * before acting, and call {@link IpLayer#lowerPathMtu} for a believed fragmentation-needed.
     *
     * @param error what was reported about which packet
     * @param nowNs time in nanoseconds
     */
    void icmpError(IcmpError error, long nowNs);
}
