package org.millrace.tcp.control.program;

import org.millrace.api.pipeline.Program;

/**
 * What a TCP program must implement beside its stages, so that one control plane serves all of them. All calls on the
 * data-path thread, between items.
 *
 * @param <M> its metadata
 */
public interface TcpProgram<M extends TcpMeta> extends Program<M> {
    /** HC operation: go back to the first unacknowledged byte and send again (go-back-N, §4.3.1.1). */
    int RETRANSMIT = 1;
    /** HC operation: send a segment below the window that the peer must answer: zero-window probe and keepalive. */
    int PROBE = 2;
    /** HC operation: send an acknowledgement now: delayed ACK timer, challenge ACK. */
    int ACK = 3;
    /** HC operation: window or rate have changed; see whether the flow may send. */
    int KICK = 4;
    /** HC operation: the application has closed: its stream ends behind what it has appended, and it reads no more. */
    int CLOSE = 5;
    /** HC operation: the override timer has run out; send what the peer's window allows, however little (RFC 9293 §3.8.6.2.1). */
    int OVERRIDE = 6;
    /** HC operation: the application's stream ends behind what it has appended; what arrives is still taken. */
    int FINISH = 7;

    /** Reason for the control plane: SYN, RST or URG, or no ACK flag. */
    int NOT_DATA_PATH = 1;
    /** Reason for the control plane: no flow for this segment. */
    int NO_FLOW = 2;
    /** Reason for the control plane: the ACK is outside what RFC 5961 §5.2 allows; the flow's state is untouched. */
    int BAD_ACK = 3;

    /** Reason for the control plane: new payload although the application has closed (RFC 9293 §3.6.1). */
    int DATA_AFTER_CLOSE = 4;

    /** Digest bit: the peer's FIN has been taken in order. */
    int DIGEST_FIN_RECEIVED = 1;
    /** Digest bit: our FIN has been acknowledged. */
    int DIGEST_FIN_ACKED = 2;
    /** Digest bit: fast retransmit has gone back to the first unacknowledged byte. */
    int DIGEST_FAST_RETRANSMIT = 4;
    /** Digest bit: a timer may be needed: data in flight, a window of 0 with data waiting, or an ACK held back. */
    int DIGEST_ACTIVE = 8;

    /** Digest bit: what selective recovery must know: SACK blocks have come, or an acknowledgement while it recovers. */
    int DIGEST_RECOVERY = 16;

    /** Digest bit, beside {@link #DIGEST_RECOVERY}: the segment is answered, and its metadata has the answer's numbers by now. */
    int DIGEST_ANSWERED = 32;

    /** {@return whether its acknowledgements report the out-of-order interval; only then is SACK negotiated} */
    boolean reportsSack();

    /**
     * Gives an allocated flow its state; from now on its segments are the data path's.
     *
     * @param flow  the flow, its state zeroed
     * @param state what it is to be
     */
    void install(int flow, TcpConnectionState state);

    /**
     * Reads a flow's state.
     *
     * @param flow  the flow
     * @param state where to write it; every field is set
     */
    void export(int flow, TcpConnectionState state);

    /**
     * Reads what the control plane's timers need, as cheaply as can be.
     *
     * @param flow     the flow
     * @param progress where to write it; every field is set
     */
    void progress(int flow, TcpProgress progress);

    /**
     * Sets the congestion window; {@link #KICK} makes a flow that waits for it send.
     *
     * @param flow        the flow
     * @param windowBytes bytes that may be in flight
     */
    void congestionWindow(int flow, int windowBytes);

    /**
     * {@return whether it heeds SACK blocks and can send any part of what is in flight again: then what is lost is the control
     * plane's to find, and {@link #RETRANSMIT} is for peers without SACK}
     */
    default boolean resends() {
        return false;
    }

    /**
     * Has the program tell of every acknowledgement ({@link #DIGEST_RECOVERY}) until all that has been sent by now is
     * acknowledged. Only if it {@link #resends}.
     *
     * @param flow the flow
     */
    default void recover(int flow) {
        throw new UnsupportedOperationException(name() + " goes back");
    }

    /**
     * Asks that a part of what is in flight be sent again, before anything new and whatever the congestion window; after
     * {@link #recover}. {@link #KICK} makes the flow send. What was asked for before and has not been sent is forgotten.
     *
     * @param flow  the flow
     * @param start first sequence number
     * @param end   the one behind the last
     */
    default void resend(int flow, int start, int end) {
        throw new UnsupportedOperationException(name() + " goes back");
    }

    /**
     * Opens the receive window further; no byte of it need be free that was not.
     *
     * @param flow        the flow
     * @param bufferBytes size of the receive buffer now, larger than before
     */
    void receiveBuffer(int flow, int bufferBytes);

    /**
     * Sets the pacing rate.
     *
     * @param flow           the flow
     * @param bytesPerSecond 0: not paced
     */
    void rate(int flow, long bytesPerSecond);

    /**
     * Asks that the next data segment carry CWR (RFC 3168 §6.1.2).
     *
     * @param flow the flow
     */
    void congestionWindowReduced(int flow);

    /**
     * Says what is not sent for being little: what is less than a segment waits as long as
     *
     * @param flow   the flow
     * @param nagle  something shorter than a segment is not acknowledged (RFC 9293 §3.7.4, with Minshall's modification)
     * @param corked it is corked, or until {@link #OVERRIDE}
     */
    void gather(int flow, boolean nagle, boolean corked);

    /**
     * Moves a flow to another context, whose buffers have the same size and hold the same.
     *
     * @param flow       the flow
     * @param context    the context
     * @param connection its id there
     */
    void place(int flow, int context, int connection);

    /**
     * Sets the largest payload of a wire segment, options already taken off.
     *
     * @param flow     the flow
     * @param mssBytes bytes
     */
    void segmentSize(int flow, int mssBytes);
}
