package org.millrace.tcp.control.congestion;

/**
 * What has come of a connection since it was looked at last: the raw facts for policies that model a path. One object serves all
 * connections; it holds during a call. {@link DeliveryRate} makes samples of it.
 */
public final class Delivery {
    /** The time, nanoseconds. */
    public long nowNs;
    /** Bytes newly known to be with the peer, by SACK blocks too. */
    public int ackedBytes;
    /** Bytes newly taken for lost; 0 if the peer takes no SACK blocks: then only losses themselves are told. */
    public int lostBytes;
    /** Bytes taken to be in the network now: sent, neither with the peer nor lost. */
    public int inFlightBytes;
    /** Highest sequence number sent. */
    public int max;
    /** What limits the connection is not the policy: its application has written no more, or the peer's window is full. */
    public boolean isLimited;
    /** Mean of the round trips timed since the last look, microseconds; -1: none was. */
    public long roundTripUs;

    /** Makes one with all fields zero. */
    public Delivery() {
    }
}
