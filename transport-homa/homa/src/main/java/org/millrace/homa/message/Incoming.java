package org.millrace.homa.message;

import org.millrace.api.context.Status;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;

/** The message of an RPC that arrives: a request or a response, straight into the socket's buffer. */
final class Incoming {
    private final ContextQueue queue;
    private final PayloadDma dma;
    private final Endings endings;
    private final Outgoing outgoing;

    Incoming(ContextQueue queue, PayloadDma dma, Endings endings, Outgoing outgoing) {
        this.queue = queue;
        this.dma = dma;
        this.endings = endings;
        this.outgoing = outgoing;
    }

    long data(HomaMeta meta, RpcState state, int nowMs, long nowNs) {
        boolean isFirst = state.inLength() == 0;
        if (isFirst) {
            int reason = reserve(meta, state, nowMs);
            if (reason != 0) {
                return refused(meta, state, reason);
            }
        } else if (!state.isArriving() || meta.messageLength() != state.inLength()) {
            return Verdict.drop(DropReason.DUPLICATE.code());
        }
        int reason = Reassembly.accept(state, meta.offset(), meta.offset() + meta.payloadLength());
        if (reason != 0) {
            return Verdict.drop(reason);
        }
        state.heardMs(nowMs);
        take(meta, state);
        if (state.received() == state.inLength()) {
            complete(meta, state);
        } else {
            goOn(meta, state, isFirst, nowMs, nowNs);
        }
        return Verdict.NEXT;
    }

    /** A client is told to wait: it begins again when it has heard nothing for a while. A server goes on by itself. */
    private long refused(HomaMeta meta, RpcState state, int reason) {
        if (state.phase() != RpcState.FREE) {
            return Verdict.drop(reason);
        }
        meta.discard(reason);
        outgoing.control(meta, HomaFormats.BUSY, state);
        return Verdict.NEXT;
    }

    /** Room for the whole message. Without it nothing has begun, but the peer is heard: it is to go on trying. */
    private int reserve(HomaMeta meta, RpcState state, int nowMs) {
        meta.length(meta.messageLength());
        boolean isStrangers = state.phase() == RpcState.REQUESTED && meta.payloadLength() < meta.messageLength();
        meta.hostFlags(isStrangers ? SegmentMeta.HOST_SPARING : 0);
        int reason = queue.reserve(meta);
        if (reason != 0) {
            state.heardMs(nowMs);
            if (state.phase() == RpcState.REQUESTED) {
                endings.end(meta, state);
            }
            return reason;
        }
        if (state.phase() == RpcState.CALLING) {
            state.phase(RpcState.RECEIVING);
            state.resends(0);
            state.outGranted(state.sent());
        }
        state.inPosition(meta.position());
        state.inLength(meta.messageLength());
        state.received(0);
        state.inEnd(0);
        state.gaps(0);
        state.inGranted(Math.clamp(meta.incoming(), 0, state.inLength()));
        state.askedMs(nowMs);
        return 0;
    }

    private void take(HomaMeta meta, RpcState state) {
        meta.position(state.inPosition() + meta.offset());
        meta.length(meta.payloadLength());
        dma.toHost(meta);
        meta.length(0);
        state.received(state.received() + meta.payloadLength());
        state.inGranted(Math.max(state.inGranted(), Math.max(state.inEnd(), Math.min(meta.incoming(), state.inLength()))));
    }

    private void goOn(HomaMeta meta, RpcState state, boolean isFirst, int nowMs, long nowNs) {
        if (isFirst && state.phase() == RpcState.REQUESTED) {
            outgoing.arm(meta, state, nowMs, nowNs);
        }
        if (state.inGranted() < state.inLength()) {
            meta.scheduled(state.scheduled() == 0 ? Grants.FIRST : Grants.MORE);
            state.scheduled(1);
            meta.remaining(state.inLength() - state.received());
        }
    }

    /** A message that takes grants goes on doing so, in another machine. */
    void resume(HomaMeta meta, RpcState state) {
        if (state.isArriving() && state.scheduled() != 0 && state.inGranted() < state.inLength()) {
            meta.scheduled(Grants.FIRST);
            meta.remaining(state.inLength() - state.received());
        }
    }

    private void complete(HomaMeta meta, RpcState state) {
        boolean isResponse = state.phase() == RpcState.RECEIVING;
        if (state.scheduled() != 0) {
            meta.scheduled(Grants.ENDS);
            state.scheduled(0);
        }
        if (isResponse) {
            outgoing.tell(meta, state, Status.OK.code());
            meta.finished(1);
        }
        meta.message(state.number());
        meta.operation(isResponse ? Call.RESPONSE : Call.REQUEST);
        meta.position(state.inPosition());
        meta.length(state.inLength());
        queue.message(meta);
        meta.length(0);
        if (isResponse) {
            endings.end(meta, state);
        } else {
            state.phase(RpcState.SERVING);
        }
    }

    /** Makes a GRANT of the item, if more may be granted than is. */
    boolean grant(HomaMeta meta, RpcState state) {
        if (meta.window() == 0 || !state.isArriving()) {
            return false;
        }
        int upTo = Math.min(state.inLength() - state.received(), meta.window()) + state.received();
        if (upTo <= state.inGranted()) {
            return false;
        }
        state.inGranted(upTo);
        meta.type(HomaFormats.GRANT);
        meta.offset(upTo);
        meta.sends(1);
        return true;
    }

    /** {@return whether all that the peer may send has arrived: it is this side that has to grant more} */
    boolean isOwnTurn(RpcState state) {
        return state.isArriving() && state.received() == state.inGranted();
    }
}
