package org.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Marker;

/**
 * Bounds what anybody outside can make the log hold: of each message, by its logger and its text before values are put in,
 * so many lines pass at once and so many a second on average. What was left out is said, with a number, before the next that
 * passes. Debug and trace are the operator's own wish and pass. Any thread.
 */
final class LogRateLimit extends TurboFilter {
    private static final String LEFT_OUT = "{} lines like the next were left out";
    private static final int MAX_MESSAGES = 4096;
    private static final long SECOND_NS = 1_000_000_000;

    private record Message(String logger, String text) {
    }

    private static final class Bucket {
        private double tokens;
        private long filledNs;
        private long leftOut;
    }

    private final Map<Message, Bucket> buckets = new HashMap<>();
    private final LongSupplier clockNs;
    private final int burst;
    private final double perSecond;

    /**
     * Makes one that lets pass, of each message:
     *
     * @param burst     lines at once, from 1
     * @param perSecond lines a second on average
     * @param clockNs   the time
     */
    LogRateLimit(int burst, double perSecond, LongSupplier clockNs) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.clockNs = clockNs;
    }

    @Override
    public FilterReply decide(Marker marker, Logger logger, Level level, String format, Object[] values, Throwable thrown) {
        if (format == null || format.equals(LEFT_OUT) || level.toInt() < Level.INFO_INT || level.toInt() < logger.getEffectiveLevel().toInt()) {
            return FilterReply.NEUTRAL;
        }
        long leftOut = take(new Message(logger.getName(), format), clockNs.getAsLong());
        if (leftOut > 0) {
            say(logger, level, leftOut);
        }
        return leftOut < 0 ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    private static void say(Logger logger, Level level, long leftOut) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            logger.error(LEFT_OUT, leftOut);
        } else if (level.isGreaterOrEqual(Level.WARN)) {
            logger.warn(LEFT_OUT, leftOut);
        } else {
            logger.info(LEFT_OUT, leftOut);
        }
    }

    /** {@return how many lines were left out before this one, or -1 if it is left out too} */
    private synchronized long take(Message message, long nowNs) {
        Bucket bucket = buckets.get(message);
        if (bucket == null) {
            makeRoom(nowNs);
            bucket = new Bucket();
            bucket.tokens = burst;
            bucket.filledNs = nowNs;
            buckets.put(message, bucket);
        }
        bucket.tokens = Math.min(burst, bucket.tokens + (nowNs - bucket.filledNs) * perSecond / SECOND_NS);
        bucket.filledNs = nowNs;
        if (bucket.tokens < 1) {
            bucket.leftOut++;
            return -1;
        }
        bucket.tokens--;
        long leftOut = bucket.leftOut;
        bucket.leftOut = 0;
        return leftOut;
    }

    /** Messages whose text is made of values could be without number: those that are full again are as good as new. */
    private void makeRoom(long nowNs) {
        if (buckets.size() < MAX_MESSAGES) {
            return;
        }
        buckets.values().removeIf(bucket ->
            bucket.leftOut == 0 && bucket.tokens + (nowNs - bucket.filledNs) * perSecond / SECOND_NS >= burst);
        for (Iterator<Bucket> i = buckets.values().iterator(); buckets.size() >= MAX_MESSAGES && i.hasNext();) {
            i.next();
            i.remove();
        }
    }
}
