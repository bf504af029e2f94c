package org.millrace.api.pipeline;

/**
 * What travels with a work item from stage to stage. These are the fields that the runtime and the externs know; a
 * program extends them by its own from {@link #BYTES} on. All are 0 on entry unless the parser or the runtime wrote
 * them, as said per field.
 *
 * <p>Addresses are 32-bit handles: for IPv4 the address itself, big-endian value. "Local" is this side's, whichever way
 * the segment goes, so an answer needs no swap.
 */
public class SegmentMeta extends View {
    /** Bytes of the fields of this class; a program's own begin here. */
    public static final int BYTES = 68;

    /** {@link #hostFlags}: the stream ends here (application's shutdown, or the peer's FIN). */
    public static final int HOST_FIN = 1;
    /** {@link #hostFlags} of HC: the application sends a message. */
    public static final int HOST_MESSAGE = 2;
    /** {@link #hostFlags} of HC: the application wants its message no more. */
    public static final int HOST_CANCEL = 4;
    /** {@link #hostFlags} of a reservation: only if half of the buffer stays free, or all of it is. */
    public static final int HOST_SPARING = 8;

    /** Makes a view that is nowhere yet. */
    public SegmentMeta() {
    }

    /** {@return index of the flow (or message) that state is keyed by; 0: none} */
    public final int flow() {
        return i32(0);
    }

    /**
     * Sets {@link #flow()}.
     *
     * @param v its value
     */
    public final void flow(int v) {
        i32(0, v);
    }

    /** {@return RX: number of the received frame, as the runtime counts them; 0: none; for externs, meaningless to stages} */
    public final int frame() {
        return i32(4);
    }

    /**
     * Sets {@link #frame()}.
     *
     * @param v its value
     */
    public final void frame(int v) {
        i32(4, v);
    }

    /** {@return RX: where the payload begins in the frame, bytes; a stage that trims moves it} */
    public final int payloadOffset() {
        return i32(8);
    }

    /**
     * Sets {@link #payloadOffset()}.
     *
     * @param v its value
     */
    public final void payloadOffset(int v) {
        i32(8, v);
    }

    /** {@return RX: payload bytes in the segment} */
    public final int payloadLength() {
        return i32(12);
    }

    /**
     * Sets {@link #payloadLength()}.
     *
     * @param v its value
     */
    public final void payloadLength(int v) {
        i32(12, v);
    }

    /** {@return this side's address; the parser's, or a stage's for a segment to send} */
    public final int localAddress() {
        return i32(16);
    }

    /**
     * Sets {@link #localAddress()}.
     *
     * @param v its value
     */
    public final void localAddress(int v) {
        i32(16, v);
    }

    /** {@return the peer's address} */
    public final int peerAddress() {
        return i32(20);
    }

    /**
     * Sets {@link #peerAddress()}.
     *
     * @param v its value
     */
    public final void peerAddress(int v) {
        i32(20, v);
    }

    /** {@return this side's port} */
    public final int localPort() {
        return u16(24);
    }

    /**
     * Sets {@link #localPort()}.
     *
     * @param v its value
     */
    public final void localPort(int v) {
        u16(24, v);
    }

    /** {@return the peer's port} */
    public final int peerPort() {
        return u16(26);
    }

    /**
     * Sets {@link #peerPort()}.
     *
     * @param v its value
     */
    public final void peerPort(int v) {
        u16(26, v);
    }

    /** {@return the IP ECN codepoint (RFC 3168 §5): received on RX, to send on EMIT; a stage that emits sets it} */
    public final int ecn() {
        return u8(34);
    }

    /**
     * Sets {@link #ecn()}.
     *
     * @param v its value
     */
    public final void ecn(int v) {
        u8(34, v);
    }

    /** {@return {@link Workflow#ordinal()} of the workflow this item runs} */
    public final int workflow() {
        return u8(35);
    }

    /**
     * Sets {@link #workflow()}.
     *
     * @param v its value
     */
    public final void workflow(int v) {
        u8(35, v);
    }

    /** {@return the connection's id in its context; set before a host transfer or a notification} */
    public final int connection() {
        return i32(36);
    }

    /**
     * Sets {@link #connection()}.
     *
     * @param v its value
     */
    public final void connection(int v) {
        i32(36, v);
    }

    /** {@return the context's number; set before a host transfer or a notification} */
    public final int context() {
        return u16(40);
    }

    /**
     * Sets {@link #context()}.
     *
     * @param v its value
     */
    public final void context(int v) {
        u16(40, v);
    }

    /** {@return HC: what is asked, a code of the program's; 0 is an application's bump. A message's kind, both ways} */
    public final int operation() {
        return u8(42);
    }

    /**
     * Sets {@link #operation()}.
     *
     * @param v its value
     */
    public final void operation(int v) {
        u8(42, v);
    }

    /** {@return HC: flags the application set: {@link #HOST_FIN}, {@link #HOST_MESSAGE}, {@link #HOST_CANCEL}; notification:
     *          flags for the application, {@link #HOST_FIN}} */
    public final int hostFlags() {
        return u8(43);
    }

    /**
     * Sets {@link #hostFlags()}.
     *
     * @param v its value
     */
    public final void hostFlags(int v) {
        u8(43, v);
    }

    /** {@return HC: bytes the application has consumed; notification: bytes newly readable} */
    public final int rxBump() {
        return i32(44);
    }

    /**
     * Sets {@link #rxBump()}.
     *
     * @param v its value
     */
    public final void rxBump(int v) {
        i32(44, v);
    }

    /** {@return HC: bytes the application has appended; notification: transmit bytes freed} */
    public final int txBump() {
        return i32(48);
    }

    /**
     * Sets {@link #txBump()}.
     *
     * @param v its value
     */
    public final void txBump(int v) {
        i32(48, v);
    }

    /** {@return host transfer: position in the connection's receive or transmit ring, bytes from the stream's start;
     *          the extern masks it} */
    public final int position() {
        return i32(52);
    }

    /**
     * Sets {@link #position()}.
     *
     * @param v its value
     */
    public final void position(int v) {
        i32(52, v);
    }

    /** {@return host transfer: bytes; 0: nothing to move} */
    public final int length() {
        return i32(56);
    }

    /**
     * Sets {@link #length()}.
     *
     * @param v its value
     */
    public final void length(int v) {
        i32(56, v);
    }

    /** {@return what the control plane is to be told with {@link Verdict#DIGEST}, bits of the program's} */
    public final int digest() {
        return u16(60);
    }

    /**
     * Sets {@link #digest()}.
     *
     * @param v its value
     */
    public final void digest(int v) {
        u16(60, v);
    }

    /** {@return code of the {@link DropReason} for which the payload of an item that is answered all the same was
     *          discarded; 0: it was not} */
    public final int discard() {
        return u8(62);
    }

    /**
     * Sets {@link #discard()}.
     *
     * @param v its value
     */
    public final void discard(int v) {
        u8(62, v);
    }

    /** {@return the IP differentiated services code point to send on EMIT, 0 to 63 (RFC 2474 §3); a stage sets it} */
    public final int dscp() {
        return u8(63);
    }

    /**
     * Sets {@link #dscp()}.
     *
     * @param v its value
     */
    public final void dscp(int v) {
        u8(63, v);
    }

    /** {@return the number of a message: HC: the application's for what it sends or cancels; notification: the program's} */
    public final int message() {
        return i32(28);
    }

    /**
     * Sets {@link #message()}.
     *
     * @param v its value
     */
    public final void message(int v) {
        i32(28, v);
    }

    /** {@return reference to the payload that the segment is to be sent with, as {@link PayloadDma#fromHost} has left it;
     *          0: none; meaningless to stages} */
    public final int payload() {
        return i32(64);
    }

    /**
     * Sets {@link #payload()}.
     *
     * @param v its value
     */
    public final void payload(int v) {
        i32(64, v);
    }
}
