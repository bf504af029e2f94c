package org.millrace.net;

/** Lets through a rate with bursts. Owned by one thread. */
final class TokenBucket {
    private static final long SECOND_NS = 1_000_000_000L;
    private final long tokenNs;
    private final long fullNs;
    private long creditNs;
    private long lastNs;
    private boolean started;

    /** A bucket that is full at first. */
    TokenBucket(int perSecond, int burst) {
        tokenNs = SECOND_NS / perSecond;
        fullNs = tokenNs * burst;
        creditNs = fullNs;
    }

    boolean take(long nowNs) {
        long passedNs = started ? Math.max(nowNs - lastNs, 0) : 0;
        started = true;
        lastNs = nowNs;
        creditNs = passedNs >= fullNs - creditNs ? fullNs : creditNs + passedNs;
        if (creditNs < tokenNs) {
            return false;
        }
        creditNs -= tokenNs;
        return true;
    }
}
