package org.millrace.homa.message;

import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Verdict;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;

/** What an RPC sends: its message, ranges of it again, and questions after what it waits for. */
final class Outgoing {
    private static final long TICK_NS = 1_000_000;
    private static final int SCALE = 16;
    private static final int GRANTED = 1;
    private static final int FRAME_BYTES = 76 + 38; // headers; Ethernet's with preamble and gap
    private static final int ALL = -1;

    private final Queues queues;
    private final ContextQueue queue;
    private final PayloadDma dma;
    private final Keys keys;
    private final Profile profile;
    private final int packetBytes;
    private final long costPerByte;

    /**
     * @param packetBytes most payload of a packet
     * @param linkMbps    what the link takes, 0: it says so itself
     */
    Outgoing(Queues queues, ContextQueue queue, PayloadDma dma, Keys keys, Profile profile, int packetBytes,
             int linkMbps) {
        this.queues = queues;
        this.queue = queue;
        this.dma = dma;
        this.keys = keys;
        this.profile = profile;
        this.packetBytes = packetBytes;
        costPerByte = linkMbps == 0 ? 0 : (8000L << SCALE) / linkMbps;
    }

    /** The item is the RPC's. */
    void address(HomaMeta meta, RpcState state) {
        meta.context(state.context());
        meta.connection(state.connection());
        meta.localAddress(state.localAddress());
        meta.localPort(state.localPort());
        meta.peerAddress(state.peerAddress());
        meta.peerPort(state.peerPort());
        meta.peer(state.peer());
        meta.idHigh(state.idHigh());
        meta.idLow(state.isClient() ? state.idLow() : state.idLow() | 1);
    }

    /** Tells the application that its message is done with. */
    void tell(HomaMeta meta, RpcState state, int status) {
        meta.context(state.context());
        meta.connection(state.connection());
        meta.message(state.number());
        meta.position(state.outPosition());
        meta.length(state.outLength());
        queue.sent(meta, status);
        meta.length(0);
    }

    /** Sets the alarm for when the RPC has to look around next. */
    void arm(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        if (state.phase() == RpcState.SERVING) {
            return;
        }
        int wait = state.phase() == RpcState.REPLYING ? state.askedMs() + profile.needAckMs() - nowMs
            : state.heardMs() + profile.resendMs() - nowMs;
        queues.clock().reset(meta.rpc());
        queues.clock().charge(meta.rpc(), nowNs, Math.clamp(wait, 1, profile.resendMs()) * TICK_NS);
        queues.clock().submit(meta.rpc(), nowNs);
    }

    /** Queues the RPC if it has something to send. */
    void queue(HomaMeta meta, RpcState state, long nowNs) {
        if (state.resends() != 0 || state.asking() != 0) {
            queues.urgent().submit(meta.rpc(), GRANTED);
        }
        if (state.sent() < state.outGranted()) {
            queues.shortest().submit(meta.rpc(), state.outLength() - state.sent());
            queues.oldest().submit(meta.rpc(), state.generation());
            queues.clock().submit(keys.host(), nowNs);
        }
    }

    /** {@return whether the peer can do nothing but wait: what may be sent has not been} */
    boolean isOwnTurn(RpcState state) {
        return state.outLength() != 0 && state.sent() < state.outGranted();
    }

    long granted(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        if (meta.offset() <= 0 || meta.offset() > state.outLength()) {
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        state.heardMs(nowMs);
        if (state.phase() != RpcState.RECEIVING && meta.offset() > state.outGranted()) {
            state.outGranted(meta.offset());
            state.outPriority(meta.priority() & 7);
            queue(meta, state, nowNs);
        }
        return Verdict.NEXT;
    }

    /** RESEND. */
    long again(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        boolean isAll = meta.offset() == 0 && meta.range() == ALL;
        boolean isRange = meta.offset() >= 0 && meta.range() > 0 && meta.range() <= state.outLength() - meta.offset();
        if (state.outLength() != 0 && !isAll && !isRange || state.phase() == RpcState.RECEIVING) {
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        if (state.phase() == RpcState.REPLYING) {
            state.heardMs(nowMs); // it does not end the silence of a peer whose message is waited for
        }
        int end = isAll ? state.sent() : meta.offset() + meta.range();
        if (end > state.outGranted() && state.outLength() != 0) {
            state.outGranted(end);
            queue(meta, state, nowNs);
        }
        if (state.outLength() == 0 || meta.offset() >= state.sent()) {
            control(meta, HomaFormats.BUSY, state);
            return Verdict.NEXT;
        }
        range(state, meta.offset(), Math.min(end, state.sent()), meta.priority() & 7);
        queue(meta, state, nowNs);
        return Verdict.NEXT;
    }

    /** Everything that was sent goes again: the peer has none of it. */
    void all(HomaMeta meta, RpcState state, long nowNs) {
        state.resends(0);
        if (state.sent() != 0) {
            range(state, 0, state.sent(), state.outPriority());
            queue(meta, state, nowNs);
        }
    }

    /** A range more than there is room for is asked for again. */
    private static void range(RpcState state, int start, int end, int priority) {
        int resends = state.resends();
        if (resends < RpcState.MOST_RESENDS) {
            state.resendStart(resends, start);
            state.resendEnd(resends, end);
            state.resends(resends + 1);
            state.resendPriority(priority);
        }
    }

    /** Makes an answer of a packet that was received. */
    void control(HomaMeta meta, int type, RpcState state) {
        meta.type(type);
        meta.idHigh(state.idHigh());
        meta.idLow(state.isClient() ? state.idLow() : state.idLow() | 1);
        meta.sends(1);
    }

    /** Sends a packet of the last range that is to go again, if there is one. */
    boolean repeat(HomaMeta meta, RpcState state, long nowNs) {
        int last = state.resends() - 1;
        if (last < 0) {
            return false;
        }
        int start = state.resendStart(last);
        int bytes = Math.min(state.resendEnd(last) - start, packetBytes);
        state.resendStart(last, start + bytes);
        if (start + bytes == state.resendEnd(last)) {
            state.resends(last);
        }
        meta.retransmit(1);
        meta.priority(state.resendPriority());
        packet(meta, state, start, bytes, nowNs);
        return true;
    }

    /** Sends the next packet, if one may be sent. */
    boolean proceed(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        if (state.sent() >= state.outGranted()) {
            return false;
        }
        data(meta, state, nowMs, nowNs);
        return true;
    }

    /** The next packet; one ends where the unscheduled bytes do. */
    void data(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        int start = state.sent();
        int end = Math.min(state.outGranted(), start + packetBytes);
        if (start < profile.unscheduledBytes()) {
            end = Math.min(end, profile.unscheduledBytes());
            meta.unscheduled(1);
        }
        state.sent(end);
        if (end == state.outLength()) {
            state.askedMs(nowMs); // from now on its acknowledgement is waited for
        }
        meta.priority(state.outPriority());
        packet(meta, state, start, end - start, nowNs);
    }

    private void packet(HomaMeta meta, RpcState state, int offset, int bytes, long nowNs) {
        meta.type(HomaFormats.DATA);
        meta.messageLength(state.outLength());
        meta.incoming(state.outGranted());
        meta.offset(offset);
        meta.position(state.outPosition() + offset);
        meta.length(bytes);
        dma.fromHost(meta);
        meta.sends(1);
        queues.clock().charge(keys.host(), nowNs, (bytes + FRAME_BYTES) * costPerByte >> SCALE);
    }

    /** Asks for one of the ranges that are missing, if it is time to ask. */
    boolean question(HomaMeta meta, RpcState state, int nowMs) {
        int gap = state.asking() - 1;
        if (gap < 0) {
            return false;
        }
        state.askedMs(nowMs);
        state.asking(gap < state.gaps() && state.inLength() != 0 ? gap + 2 : 0);
        return missing(meta, state, gap);
    }

    /** NEED_ACK of a server of which not all has arrived: what has not is asked for. */
    long ask(HomaMeta meta, RpcState state, int nowMs) {
        if (!state.isClient()) {
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        state.askedMs(nowMs);
        missing(meta, state, 0);
        return Verdict.NEXT;
    }

    private boolean missing(HomaMeta meta, RpcState state, int gap) {
        int start = 0;
        int bytes = ALL;
        if (state.inLength() != 0 && gap < state.gaps()) {
            start = state.gapStart(gap);
            bytes = state.gapEnd(gap) - start;
        } else if (state.inLength() != 0) {
            start = state.inEnd();
            bytes = state.inGranted() - start;
        }
        if (bytes == 0) {
            return false;
        }
        control(meta, HomaFormats.RESEND, state);
        meta.offset(start);
        meta.range(bytes);
        meta.priority(HomaFormats.PRIORITIES - 1);
        return true;
    }

    /** Asks after the acknowledgement of a response that was sent. */
    void needAck(HomaMeta meta, RpcState state, int nowMs) {
        if (state.sent() == state.outLength() && nowMs - state.askedMs() >= profile.needAckMs()) {
            state.askedMs(nowMs - profile.needAckMs() + 1); // every tick from now on
            control(meta, HomaFormats.NEED_ACK, state);
        }
    }
}
