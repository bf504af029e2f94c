package org.millrace.net.guard;

/**
 * A limit a second that an outsider cannot measure: each second's is drawn anew around the mean, so counting how many
 * answers are left tells nothing about others' traffic (CVE-2016-5696; RFC 5961 §7). Owned by one thread.
 */
public final class RateLimit {
    private static final long SECOND_NS = 1_000_000_000;

    private final SipHash hash;
    private final long label;
    private final int perSecond;
    private long second = Long.MIN_VALUE;
    private int left;

    /**
     * Makes a limit.
     *
     * @param hash      source of the draw
     * @param label     tells limits apart
     * @param perSecond mean
     */
    public RateLimit(SipHash hash, long label, int perSecond) {
        this.hash = hash;
        this.label = label;
        this.perSecond = perSecond;
    }

    /**
     * {@return whether one more is allowed now}
     *
     * @param nowNs the time
     */
    public boolean take(long nowNs) {
        long now = Math.floorDiv(nowNs, SECOND_NS);
        if (now != second) {
            second = now;
            left = perSecond / 2 + (int) Long.remainderUnsigned(hash.of(label, now), perSecond + 1L);
        }
        return left > 0 && left-- > 0;
    }
}
