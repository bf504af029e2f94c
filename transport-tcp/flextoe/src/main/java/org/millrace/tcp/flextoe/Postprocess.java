package org.millrace.tcp.flextoe;

import java.util.List;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * Post-processing (§4.3.1.3): buffer positions (Pos), timestamps (Stamp), congestion statistics (Stats), and the flow
 * scheduler's bump (FS). It adds to its statistics and changes nothing else, so replicas of it need no order.
 */
final class Postprocess implements Stage<FlexMeta, PostState> {
    static final StageSpec<PostState> SPEC = StageSpec.perFlow(
        "post", StageSpec.Concurrency.COMMUTATIVE, PostState::new, List.of(FlowQueue.class, Timestamps.class));

    private static final int TRANSMIT = Workflow.TX.ordinal();
    private static final int RECEIVE = Workflow.RX.ordinal();

    private final FlowQueue scheduler;
    private final Timestamps clock;

    Postprocess(FlowQueue scheduler, Timestamps clock) {
        this.scheduler = scheduler;
        this.clock = clock;
    }

    @Override
    public StageSpec<PostState> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, PostState s, long nowNs) {
        meta.context(s.context());
        meta.connection(s.connection());
        meta.tsValue(clock.milliseconds(nowNs));                                // RFC 7323 §5.4: 1 ms
        if (meta.workflow() == TRANSMIT) {
            return transmit(meta, s, nowNs);
        }
        if (meta.workflow() == RECEIVE) {
            receive(meta, s);
        }
        if (meta.sendable() != 0) {
            scheduler.submit(meta.flow(), meta.sendable(), nowNs);
        }
        return Verdict.NEXT;
    }

    private static void receive(FlexMeta meta, PostState s) {
        meta.position(meta.payloadSeq() - s.firstReceived());
        meta.ecn(0);
        s.received();
        int acked = meta.txBump();
        if (acked != 0) {
            s.acked(acked);
            if (meta.eceReceived() != 0) {
                s.ackedWithEce(acked);
            }
        }
        if (meta.rttUs() != 0) {
            s.timed(meta.rttUs());
        }
    }

    private long transmit(FlexMeta meta, PostState s, long nowNs) {
        int length = meta.length();
        meta.position(meta.payloadSeq() - s.firstSent());
        if (meta.retransmitted() != 0) {
            s.sentAgain(length);
        }
        if (s.pacing() != 0) {
            scheduler.charge(meta.flow(), nowNs, (long) length * s.pacing() >> 10);
        }
        if (meta.sendable() != 0) {
            scheduler.submit(meta.flow(), meta.sendable(), nowNs);
        }
        return Verdict.NEXT;
    }
}
