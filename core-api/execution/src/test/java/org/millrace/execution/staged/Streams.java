package org.millrace.execution.staged;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * FlexTOE's five stages with nothing in them but what shows an order. A received segment is the {@code position}-th of its
 * flow and carries one byte, {@code length}; what is sent carries in {@code message} how many its flow has sent before.
 */
final class Streams implements Program<SegmentMeta> {
    static final int FLOWS = 8;
    static final int CONTEXTS = 2;
    static final int DROP = 1;
    static final int CONTROL = 2;

    /** Bytes where the DMA has put them, by flow and position. */
    final byte[][] received = new byte[FLOWS + 1][4096];
    /** Entry numbers of what the context stage has seen, by context. */
    final List<List<Integer>> notified = List.of(new ArrayList<>(), new ArrayList<>());
    int holes;

    static final class Counts extends State {
        int next() {
            return i32(0);
        }

        void next(int v) {
            i32(0, v);
        }

        int sent() {
            return i32(4);
        }

        void sent(int v) {
            i32(4, v);
        }
    }

    static final class Sums extends State {
        int bytes() {
            return i32(0);
        }

        void received(int bytes) {
            add(0, bytes);
        }
    }

    /** A stage as a function. */
    record Simple<S extends State>(StageSpec<S> spec, Body<S> body) implements Stage<SegmentMeta, S> {
        interface Body<S> {
            long process(SegmentMeta meta, S state);
        }

        @Override
        public long process(SegmentMeta meta, S state, long nowNs) {
            return body.process(meta, state);
        }
    }

    final Stage<SegmentMeta, ?> find = new Simple<>(StageSpec.stateless("find", List.of()), (meta, none) -> {
        meta.flow(meta.localPort());
        return meta.operation() == DROP ? Verdict.drop(DropReason.FILTERED.code())
            : meta.operation() == CONTROL ? Verdict.control(1) : Verdict.NEXT;
    });
    final Simple<Counts> protocol = new Simple<>(StageSpec.perFlow("protocol", Concurrency.FLOW_ATOMIC, Counts::new, List.of()),
        (meta, s) -> {
            if (meta.workflow() == Workflow.RX.ordinal()) {
                holes += meta.position() == s.next() ? 0 : 1;
                s.next(meta.position() + 1);
            }
            meta.message(s.sent());
            s.sent(s.sent() + 1);
            return Verdict.NEXT;
        });
    final Simple<Sums> post = new Simple<>(StageSpec.perFlow("post", Concurrency.COMMUTATIVE, Sums::new, List.of()), (meta, s) -> {
        s.received(meta.length());
        meta.context(meta.flow() % CONTEXTS);
        return Verdict.NEXT;
    });
    final Stage<SegmentMeta, ?> dma = new Simple<>(StageSpec.stateless("dma", List.of(PayloadDma.class)), (meta, none) -> {
        if (meta.workflow() == Workflow.TX.ordinal()) {
            return Verdict.EMIT;
        }
        received[meta.flow()][meta.position()] = (byte) meta.length();
        return Verdict.NEXT;
    });
    final Stage<SegmentMeta, ?> context = new Simple<>(StageSpec.perContext("context", List.of(ContextQueue.class)), (meta, none) -> {
        notified.get(meta.context()).add(meta.dscp() << 16 | meta.peerPort());
        return Verdict.EMIT;
    });

    @Override
    public String name() {
        return "streams";
    }

    @Override
    public SegmentMeta newMeta() {
        return new SegmentMeta();
    }

    @Override
    public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(find, protocol, post, dma, context);
            case TX -> List.of(protocol, post, dma);
            case HC, MIRROR -> List.of();
        };
    }

    @Override
    public HeaderCodec<SegmentMeta> codec() {
        return null;
    }

    @Override
    public FlowScheduler scheduler() {
        return FlowScheduler.NONE;
    }

    @Override
    public void loaded(StateTables states) {
    }
}
