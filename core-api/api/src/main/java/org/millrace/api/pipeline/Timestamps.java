package org.millrace.api.pipeline;

/** Reads the machine's clock in units that a stage could not divide for: a network processor has no division. */
public interface Timestamps extends Extern {
    /**
     * {@return milliseconds, wraps; the clock of RFC 7323 §5.4}
     *
     * @param nowNs the time
     */
    int milliseconds(long nowNs);

    /**
     * {@return microseconds, wraps}
     *
     * @param nowNs the time
     */
    int microseconds(long nowNs);
}
