package org.millrace.api.transport;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Limit;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * All of a transport that is not per-segment work of established flows. Runs on the data-path thread between batches,
 * so it needs no locks, and may not block. Time is an argument.
 */
public interface ControlPlane {
    /** Of so many parts of a receive ring {@link #ringConsumed} is called for each. */
    int RING_PARTS = 8;

    /**
     * A received segment that is not the data path's.
     *
     * @param packet the segment; valid during the call
     * @param meta   the metadata as parsed
     * @param reason the program's code
     * @param nowNs  the time
     */
    void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs);

    /**
     * A stage asked for attention with {@link org.millrace.api.pipeline.Verdict#DIGEST}. The item is still on its way:
     * take note, act in {@link #advance}.
     *
     * @param meta  the item's metadata
     * @param nowNs the time
     */
    void digest(SegmentMeta meta, long nowNs);

    /**
     * An application's request.
     *
     * @param request the request
     * @param nowNs   the time
     */
    void request(ContextRequest request, long nowNs);

    /**
     * An application has consumed an eighth ({@link #RING_PARTS}) of what a connection's receive ring has in use, or more, since it did so last:
     * what tells whether more of the ring would be of use. Only for connections that {@link
     * org.millrace.api.context.Contexts#receiveRing} was called for.
     *
     * @param context    the context
     * @param connection the connection
     * @param bytes      how much
     * @param nowNs      the time
     */
    default void ringConsumed(int context, int connection, int bytes, long nowNs) {
    }

    /**
     * A context's application is gone and asks for nothing any more: drop its listeners. What it has appended is still
     * sent, within a bounded time; then a connection that it had closed ends in order, another is reset, and each is
     * released as it ends. By default like {@link #contextClosed}.
     *
     * @param context the context; it stays until its last connection is released, or {@link #contextClosed}
     * @param nowNs   the time
     */
    default void contextLeft(int context, long nowNs) {
        contextClosed(context, nowNs);
    }

    /**
     * A context is gone: reset its connections, drop its listeners, release both.
     *
     * @param context the context
     * @param nowNs   the time
     */
    void contextClosed(int context, long nowNs);

    /**
     * An ICMP error for one of the transport's segments has arrived.
     *
     * @param error the error
     * @param nowNs the time
     */
    void icmpError(IcmpError error, long nowNs);

    /**
     * A next hop does not answer. Attempts to connect through it fail; what is established goes on trying (RFC 1122
     * §3.3.1.4).
     *
     * @param behind tells of a peer whether that is its next hop
     * @param nowNs  the time
     */
    void unreachable(IntPredicate behind, long nowNs);

    /**
     * Runs timers and what {@link #digest} noted.
     *
     * @param nowNs the time
     * @return when it wants to be called again at the latest; {@link Long#MAX_VALUE} if only events matter
     */
    long advance(long nowNs);

    /** {@return a line for each connection and listener, for tools} */
    List<ConnectionInfo> connections();

    /**
     * {@return a line for one connection, for tools, or null if there is nothing to say about it}
     *
     * @param context    the context it belongs to
     * @param connection its id there
     */
    default ConnectionInfo connection(int context, int connection) {
        return null;
    }

    /**
     * {@return a line for one listener, for tools, or null if there is no such}
     *
     * @param context  the context it belongs to
     * @param listener its number
     */
    default ConnectionInfo listener(int context, int listener) {
        return null;
    }

    /** {@return how many connections and listeners there are by the name of their state, without a line for each} */
    default Map<String, Integer> states() {
        Map<String, Integer> states = new TreeMap<>();
        connections().forEach(line -> states.merge(line.state(), 1, Integer::sum));
        return states;
    }

    /** {@return what it counts beside that, by name, for tools: {@code fast retransmits}} */
    default Map<String, Long> counters() {
        return Map.of();
    }

    /**
     * The program has failed in the middle of something, and a successor takes its place: what the program keeps of established
     * connections cannot be trusted. Resets them, and tells their applications; {@link #exportState} follows, of listeners and
     * what else there is. By default everything is handed over as it is.
     *
     * @param nowNs the time
     */
    default void reset(long nowNs) {
    }

    /** What a control plane hands over to its successor. */
    enum Handover {
        /** Everything. */
        ALL,
        /** Listeners, handshakes, what is being waited out; established connections stay where they are. */
        NEW_ONLY
    }

    /**
     * Writes what a successor must know, in a format that begins with its name and version. Changes nothing: a swap may
     * still fail.
     *
     * @param scope what is handed over
     * @param out   where to
     * @param nowNs the time
     * @throws IOException                   if {@code out} fails
     * @throws UnsupportedOperationException if it cannot hand over, with the reason
     */
    default void exportState(Handover scope, DataOutput out, long nowNs) throws IOException {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " cannot hand its connections over");
    }

    /**
     * Takes over what another control plane has exported, into a program that is loaded, for flows that keep their
     * numbers. Sends nothing and tells nobody: the first {@link #advance} does, once the swap has been committed.
     *
     * @param in    what was exported
     * @param nowNs the time
     * @throws IOException                   if {@code in} fails
     * @throws IllegalArgumentException      if it cannot be represented here or is not sound, with the reason; this
     *                                       control plane is of no use then
     * @throws UnsupportedOperationException if it cannot take over, with the reason
     */
    default void importState(DataInput in, long nowNs) throws IOException {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " cannot take connections over");
    }

    /**
     * Another control plane has what {@link #exportState} wrote: forgets it, sends nothing, releases nothing.
     *
     * @param scope what was handed over
     * @param nowNs the time
     */
    default void handedOver(Handover scope, long nowNs) {
    }

    /**
     * An ICMP destination-unreachable message about a segment of this transport.
     *
     * @param code         ICMP code, RFC 792 and RFC 1122 §3.2.2.1; 4: fragmentation needed
     * @param mtuBytes     next-hop MTU if {@code code} is 4 (RFC 1191 §4), else 0
     * @param localAddress this side's address
     * @param localPort    this side's port
     * @param peerAddress  the peer's address
     * @param peerPort     the peer's port
     * @param sequence     bytes 4 to 7 of the transport header: TCP's sequence number (RFC 5927 §4)
     */
    record IcmpError(int code, int mtuBytes, int localAddress, int localPort, int peerAddress, int peerPort,
                     int sequence) {
    }

    /** {@return whether an application holds something of it: a listener, a handshake, a connection} */
    default boolean isHeld() {
        return connections().stream().anyMatch(line -> line.context() >= 0);
    }

    /** {@return how its limits stand that turn somebody away} */
    default List<Limit> limits() {
        return List.of();
    }
}
