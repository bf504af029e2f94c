package org.millrace.udp;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * Between wire and buffers. RX: takes a datagram into the socket's buffer and announces it. HC: makes a datagram of a
 * message. A datagram is not fragmented (DF is set), so that one longer than the link's MTU allows is not sent; nor is one
 * to port 0 or of a kind, which UDP does not have.
 */
final class Socket implements Stage<SegmentMeta, SocketState> {
    private static final StageSpec<SocketState> SPEC = new StageSpec<>("socket", StageSpec.Key.MESSAGE,
        StageSpec.Concurrency.FLOW_ATOMIC, SocketState::new, List.of(ContextQueue.class, PayloadDma.class));

    private final ContextQueue queue;
    private final PayloadDma dma;
    private final int maxBytes;

    /** @param maxBytes longest message */
    Socket(ContextQueue queue, PayloadDma dma, int maxBytes) {
        this.queue = queue;
        this.dma = dma;
        this.maxBytes = maxBytes;
    }

    @Override
    public StageSpec<SocketState> spec() {
        return SPEC;
    }

    @Override
    public long process(SegmentMeta meta, SocketState state, long nowNs) {
        meta.context(state.context());
        meta.connection(state.connection());
        if (meta.workflow() == Workflow.RX.ordinal()) {
            return receive(meta);
        }
        return meta.hostFlags() == SegmentMeta.HOST_MESSAGE ? send(meta, state) : Verdict.DONE;
    }

    private long receive(SegmentMeta meta) {
        meta.length(meta.payloadLength());
        int reason = queue.reserve(meta);
        if (reason != 0) {
            return Verdict.drop(reason);
        }
        dma.toHost(meta);
        queue.message(meta);
        return Verdict.DONE;
    }

    private long send(SegmentMeta meta, SocketState state) {
        if (meta.operation() != 0 || meta.peerPort() == 0) {
            queue.sent(meta, Status.UNSUPPORTED.code());
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        if (meta.length() > maxBytes) {
            queue.sent(meta, Status.TOO_LONG.code());
            return Verdict.drop(DropReason.TOO_LONG.code());
        }
        meta.localAddress(state.localAddress());
        meta.localPort(state.localPort());
        dma.fromHost(meta);
        queue.sent(meta, Status.OK.code()); // told when the round is over, and with it the sending
        return Verdict.EMIT;
    }
}
