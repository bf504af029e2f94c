package org.millrace.sim.port;

/**
 * What each link of a {@link FrameFabric} is like.
 *
 * @param delayNs       from the end of sending to arrival, nanoseconds
 * @param mtuBytes      largest IP datagram, bytes
 * @param superFrames   whether frames longer than the MTU pass whole, with their segment size, and checksums may be left
 *                      to the port
 * @param bitsPerSecond rate at which a port sends, frame bytes only; 0: sending takes no time
 * @param queueFrames   most frames of a port that have not arrived; more are dropped and counted
 */
public record FrameLink(long delayNs, int mtuBytes, boolean superFrames, long bitsPerSecond, int queueFrames) {
    /**
     * A link with a delay and nothing else in its way.
     *
     * @param delayNs     nanoseconds
     * @param mtuBytes    bytes
     * @param superFrames whether super-frames pass whole
     */
    public FrameLink(long delayNs, int mtuBytes, boolean superFrames) {
        this(delayNs, mtuBytes, superFrames, 0, Integer.MAX_VALUE);
    }

    /**
     * {@return the same link with a rate}
     *
     * @param rate bits per second, 0: sending takes no time
     */
    public FrameLink bitsPerSecond(long rate) {
        return new FrameLink(delayNs, mtuBytes, superFrames, rate, queueFrames);
    }

    /**
     * {@return the same link with a queue of limited length}
     *
     * @param frames most frames of a port that have not arrived
     */
    public FrameLink queueFrames(int frames) {
        return new FrameLink(delayNs, mtuBytes, superFrames, bitsPerSecond, frames);
    }
}
