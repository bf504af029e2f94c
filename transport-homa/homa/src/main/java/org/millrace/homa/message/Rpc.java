package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;

/**
 * The protocol stage: an RPC from its first packet to its last, on either side.
 *
 * <pre>
 * client   CALLING ── first of the response ──► RECEIVING ── all of it ──► FREE
 * server   REQUESTED ── all of the request ──► SERVING ── reply ──► REPLYING ── ACK ──► FREE
 * </pre>
 *
 * <p>DESIGN NOTES. One stage, since what one packet does to both messages of an RPC must be done at once: the first byte of
 * a response ends the sending of the request. Times are looked at when the RPC's own alarm goes off ({@link Outgoing#arm}),
 * and the alarm is set for the next one then: a short RPC sets it once.
 */
final class Rpc implements Stage<HomaMeta, RpcState> {
    private static final StageSpec<RpcState> SPEC = new StageSpec<>("rpc", StageSpec.Key.MESSAGE,
        StageSpec.Concurrency.FLOW_ATOMIC, RpcState::new, List.of(ContextQueue.class, PayloadDma.class, KeyTable.class,
            PriorityQueue.class, FlowQueue.class, Timestamps.class));
    private static final int LEAST_ALARMS = 10;
    private static final int GENERATIONS = Integer.MAX_VALUE;

    private final Keys keys;
    private final Profile profile;
    private final ContextQueue queue;
    private final Timestamps timestamps;
    private final Endings endings;
    private final Incoming incoming;
    private final Outgoing outgoing;
    private final int requestBits;

    Rpc(Keys keys, Profile profile, ContextQueue queue, Timestamps timestamps, Endings endings, Incoming incoming,
        Outgoing outgoing) {
        this.keys = keys;
        this.profile = profile;
        this.queue = queue;
        this.timestamps = timestamps;
        this.endings = endings;
        this.incoming = incoming;
        this.outgoing = outgoing;
        requestBits = keys.requestBits();
    }

    @Override
    public StageSpec<RpcState> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, RpcState state, long nowNs) {
        if (meta.workflow() == Workflow.TX.ordinal()) {
            return state.phase() == RpcState.FREE ? Verdict.DONE : transmit(meta, state, nowNs);
        }
        long verdict;
        if (meta.workflow() == Workflow.RX.ordinal()) {
            verdict = receive(meta, state, nowNs);
        } else if (meta.workflow() == Workflow.HC.ordinal()) {
            verdict = host(meta, state, nowNs);
        } else {
            verdict = copy(meta, state);
        }
        meta.flow(keys.host());
        return verdict;
    }

    private long receive(HomaMeta meta, RpcState state, long nowNs) {
        if (state.phase() == RpcState.FREE) {
            if (meta.type() != HomaFormats.DATA || !keys.isRequest(meta.rpc())) {
                return Verdict.drop(DropReason.UNKNOWN_MESSAGE.code()); // it has ended since it was found
            }
            begin(meta, state, RpcState.REQUESTED);
            state.number(Integer.MIN_VALUE | (state.generation() << requestBits | meta.rpc() - keys.requests()));
        } else if (state.peerAddress() != meta.peerAddress() || state.peerPort() != meta.peerPort()) {
            return Verdict.drop(DropReason.UNKNOWN_MESSAGE.code());
        }
        int nowMs = timestamps.milliseconds(nowNs);
        return switch (meta.type()) {
            case HomaFormats.DATA -> acknowledged(meta, incoming.data(meta, state, nowMs, nowNs));
            case HomaFormats.GRANT -> outgoing.granted(meta, state, nowMs, nowNs);
            case HomaFormats.RESEND -> outgoing.again(meta, state, nowMs, nowNs);
            case HomaFormats.RPC_UNKNOWN -> unknown(meta, state, nowNs);
            case HomaFormats.BUSY -> busy(state, nowMs);
            case HomaFormats.NEED_ACK -> outgoing.ask(meta, state, nowMs);
            default -> acknowledged(meta, acked(meta, state));
        };
    }

    /** A packet may name RPCs beside its own. */
    private static long acknowledged(HomaMeta meta, long verdict) {
        return meta.ackCount() == 0 ? verdict : verdict | Verdict.mirror(Again.ACKED);
    }

    private static long busy(RpcState state, int nowMs) {
        state.heardMs(nowMs);
        return Verdict.NEXT;
    }

    private void begin(HomaMeta meta, RpcState state, int phase) {
        state.phase(phase);
        state.generation(state.generation() + 1 & GENERATIONS);
        state.context(meta.context());
        state.connection(meta.connection());
        state.localAddress(meta.localAddress());
        state.localPort(meta.localPort());
        state.peerAddress(meta.peerAddress());
        state.peerPort(meta.peerPort());
        state.peer(meta.peer());
        state.idHigh(meta.idHigh());
        state.idLow(meta.idLow() & ~1);
        state.inLength(0);
        state.outLength(0);
        state.sent(0);
        state.outGranted(0);
        state.resends(0);
        state.asking(0);
        state.scheduled(0);
    }

    /** The peer does not know the RPC: a server never will have, a client has given it up. */
    private long unknown(HomaMeta meta, RpcState state, long nowNs) {
        if (state.phase() == RpcState.CALLING) {
            outgoing.all(meta, state, nowNs);
        } else if (!state.isClient()) {
            if (state.phase() == RpcState.REPLYING) {
                outgoing.tell(meta, state, Status.CANCELLED.code());
            }
            endings.end(meta, state);
        }
        return Verdict.NEXT;
    }

    private long acked(HomaMeta meta, RpcState state) {
        if (state.phase() != RpcState.REPLYING || state.sent() < state.outLength()) {
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        outgoing.tell(meta, state, Status.OK.code());
        endings.end(meta, state);
        return Verdict.NEXT;
    }

    private long copy(HomaMeta meta, RpcState state) {
        return meta.command() == Call.ACKED ? acked(meta, state) : Verdict.NEXT;
    }

    private long host(HomaMeta meta, RpcState state, long nowNs) {
        return switch (meta.command()) {
            case Call.START -> start(meta, state, nowNs);
            case Call.REPLY -> reply(meta, state, nowNs);
            case Call.CANCEL -> cancel(meta, state);
            case Call.CONTROL -> control(meta, state, nowNs);
            default -> refuse(meta, meta.status());
        };
    }

    private long refuse(HomaMeta meta, int status) {
        queue.sent(meta, status);
        return Verdict.drop(DropReason.UNACCEPTABLE.code());
    }

    private long start(HomaMeta meta, RpcState state, long nowNs) {
        if (state.phase() != RpcState.FREE) {
            return refuse(meta, Status.UNSUPPORTED.code()); // a number of the application's that is in use
        }
        begin(meta, state, RpcState.CALLING);
        state.number(meta.message());
        return first(meta, state, nowNs);
    }

    private long reply(HomaMeta meta, RpcState state, long nowNs) {
        if (state.phase() != RpcState.SERVING || !isOwn(meta, state)) {
            return refuse(meta, Status.CANCELLED.code());
        }
        state.phase(RpcState.REPLYING);
        return first(meta, state, nowNs);
    }

    private static boolean isOwn(HomaMeta meta, RpcState state) {
        return state.number() == meta.message() && state.context() == meta.context()
            && state.connection() == meta.connection();
    }

    private long first(HomaMeta meta, RpcState state, long nowNs) {
        state.outPosition(meta.position());
        state.outLength(meta.length());
        state.outGranted(Math.min(meta.length(), profile.unscheduledBytes()));
        int nowMs = timestamps.milliseconds(nowNs);
        state.heardMs(nowMs);
        state.askedMs(nowMs);
        outgoing.arm(meta, state, nowMs, nowNs);
        outgoing.address(meta, state);
        if (meta.length() >= profile.deferBytes()) {
            outgoing.queue(meta, state, nowNs);
        } else {
            outgoing.data(meta, state, nowMs, nowNs);
        }
        return Verdict.NEXT;
    }

    /** A request that the application will not answer is forgotten: its client hears so when it asks. */
    private long cancel(HomaMeta meta, RpcState state) {
        boolean isCall = state.isClient();
        if (state.phase() == RpcState.FREE || state.phase() == RpcState.REPLYING || !isOwn(meta, state)) {
            return Verdict.drop(DropReason.UNKNOWN_MESSAGE.code());
        }
        outgoing.address(meta, state);
        if (isCall) {
            outgoing.tell(meta, state, Status.CANCELLED.code());
        }
        endings.end(meta, state);
        return Verdict.NEXT;
    }

    private long control(HomaMeta meta, RpcState state, long nowNs) {
        if (state.phase() == RpcState.FREE) {
            return Verdict.DONE;
        }
        outgoing.address(meta, state);
        if (meta.operation() == Call.RESUME) {
            incoming.resume(meta, state);
            outgoing.queue(meta, state, nowNs);
            outgoing.arm(meta, state, timestamps.milliseconds(nowNs), nowNs);
            return Verdict.NEXT;
        }
        if (meta.operation() != Call.KILL && state.outLength() != 0) {
            outgoing.tell(meta, state, meta.operation() - Call.FAIL);
        }
        endings.end(meta, state);
        return Verdict.NEXT;
    }

    /** What is most urgent, one packet of it; what is left after that is queued again. */
    private long transmit(HomaMeta meta, RpcState state, long nowNs) {
        int nowMs = timestamps.milliseconds(nowNs);
        outgoing.address(meta, state);
        if (!incoming.grant(meta, state) && !outgoing.repeat(meta, state, nowNs) && !outgoing.proceed(meta, state, nowMs, nowNs)
            && !outgoing.question(meta, state, nowMs)) {
            long verdict = alarm(meta, state, nowMs);
            if (verdict != Verdict.NEXT) {
                return verdict;
            }
        }
        outgoing.queue(meta, state, nowNs);
        outgoing.arm(meta, state, nowMs, nowNs);
        meta.flow(state.peer());
        return Verdict.NEXT;
    }

    private long alarm(HomaMeta meta, RpcState state, int nowMs) {
        if (state.phase() == RpcState.SERVING) {
            return Verdict.DONE; // as long as its application takes
        }
        if (outgoing.isOwnTurn(state) || incoming.isOwnTurn(state)) {
            state.heardMs(nowMs);
        }
        count(state);
        if (nowMs - state.heardMs() >= profile.timeoutMs() && state.alarms() >= LEAST_ALARMS) {
            return timedOut(meta, state);
        }
        if (state.phase() == RpcState.REPLYING) {
            outgoing.needAck(meta, state, nowMs);
        } else if (nowMs - state.heardMs() >= profile.resendMs() && nowMs - state.askedMs() >= profile.resendMs()) {
            state.asking(1);
            outgoing.question(meta, state, nowMs);
        }
        return Verdict.NEXT;
    }

    /** A host that was not running has not heard anything either: silence is what it has looked at now and then. */
    private static void count(RpcState state) {
        if (state.countedMs() != state.heardMs()) {
            state.countedMs(state.heardMs());
            state.alarms(0);
        }
        state.alarms(Math.min(state.alarms() + 1, LEAST_ALARMS));
    }

    private long timedOut(HomaMeta meta, RpcState state) {
        if (state.outLength() != 0) {
            outgoing.tell(meta, state, Status.TIMED_OUT.code());
        }
        endings.end(meta, state);
        meta.digest(Peer.TIMED_OUT);
        long ended = meta.scheduled() == 0 ? 0 : Verdict.mirror(Again.ENDED);
        return Verdict.DONE | Verdict.DIGEST | ended;
    }
}
