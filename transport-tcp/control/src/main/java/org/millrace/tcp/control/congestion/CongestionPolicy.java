package org.millrace.tcp.control.congestion;

import java.io.IOException;
import org.millrace.tcp.control.format.Fields;

/**
 * Decides how much may be in flight, and how fast it may leave. Sees a flow at intervals, not at every ACK, and counts bytes, so that splitting
 * ACKs gains a peer nothing. What is lost, and when it is sent again, is not its business. Data-path thread.
 */
public interface CongestionPolicy {
    /** {@return its name, as in the configuration} */
    String name();

    /** {@return bytes that may be in flight} */
    int window();

    /** {@return pacing rate, bytes a second; 0: not paced} */
    default long rate() {
        return 0;
    }

    /** {@return how long from one look at a flow that moves to the next, nanoseconds; 0: as the control plane has it} */
    default long lookGapNs() {
        return 0;
    }

    /**
     * {@return how long what was sent may go unacknowledged before it is sent again, and again, nanoseconds; 0: as long as RFC 6298 has it, and
     * twice as long each time. However short it is, after {@code tcp.retries} of them the peer is given up, unless there is a user timeout}
     */
    default long timeoutNs() {
        return 0;
    }

    /** {@return where slow start ends, bytes} */
    int slowStartThreshold();

    /**
     * Segments have come; before {@link #onAcked}.
     *
     * @param segments how many since the last call, with payload or without
     */
    default void onReceived(int segments) {
    }

    /**
     * New data has been acknowledged.
     *
     * @param ackedBytes how much since the last call
     * @param ecnBytes   that of it that came with ECE
     * @param una        SND.UNA now
     * @param max        highest sequence number sent
     * @param nowNs      the time
     * @return whether the window was cut for ECE: CWR is to be sent
     */
    boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs);

    /**
     * A round trip has been measured; after {@link #onAcked}.
     *
     * @param rttUs how long it took, microseconds
     */
    default void onRoundTrip(long rttUs) {
    }

    /**
     * Bytes have been delivered, or taken for lost: what came of the connection since the last look, for policies that model the path. After
     * {@link #onAcked} and {@link #onRoundTrip}; a loss of {@link #onFastRetransmit} is in the next one.
     *
     * @param delivery holds during the call
     */
    default void onDelivery(Delivery delivery) {
    }

    /**
     * A loss has been found by acknowledgements.
     *
     * @param una SND.UNA now
     * @param max highest sequence number sent
     */
    void onFastRetransmit(int una, int max);

    /**
     * {@return whether {@link #window} holds while losses are recovered too; false: proportional rate reduction (RFC 9937) leads down to
     * it, and lets no more leave than arrives}
     */
    default boolean leadsRecovery() {
        return false;
    }

    /** Nothing was lost when {@link #onFastRetransmit} was called last: what it did may be undone. */
    default void onSpuriousRetransmit() {
    }

    /**
     * The retransmission timer has expired.
     *
     * @param flightBytes bytes sent and not acknowledged
     * @param repeated    whether for the same data again
     */
    void onTimeout(int flightBytes, boolean repeated);

    /** Nothing was sent for a retransmission timeout. */
    void onIdle();

    /**
     * The segment size has changed.
     *
     * @param mssBytes payload of a segment
     */
    void segmentSize(int mssBytes);

    /**
     * Goes on where another policy has left off.
     *
     * @param windowBytes    its window
     * @param thresholdBytes where its slow start would have ended
     */
    void succeed(int windowBytes, int thresholdBytes);

    /**
     * All that it remembers of the connection, but for segment size and largest window.
     *
     * @param f writes or reads it
     */
    void walk(Fields f) throws IOException;
}
