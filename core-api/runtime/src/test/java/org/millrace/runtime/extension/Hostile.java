package org.millrace.runtime.extension;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;

/** Extensions that would harm others. */
abstract class Hostile<S extends State> implements StageExtension, Stage<SegmentMeta, S> {
    private final StagePoint point;
    private final StageSpec<S> spec;

    Hostile(StagePoint point, StageSpec.Key key, StageSpec.Concurrency concurrency, Supplier<S> state) {
        this.point = point;
        spec = new StageSpec<>("hostile", key, concurrency, state, List.of());
    }

    @Override
    public String name() {
        return "hostile";
    }

    @Override
    public StagePoint point() {
        return point;
    }

    @Override
    public Stage<SegmentMeta, ?> stage() {
        return this;
    }

    @Override
    public StageSpec<S> spec() {
        return spec;
    }

    abstract static class Plain extends Hostile<State.None> {
        Plain() {
            super(StagePoint.first(Workflow.RX), StageSpec.Key.NONE, StageSpec.Concurrency.STATELESS, State.None::new);
        }
    }

    static final class Counter extends State {
        int at(int offset) {
            return i32(offset);
        }

        void at(int offset, int v) {
            i32(offset, v);
        }
    }

    /** Writes where its accessor is told to: behind its own state lies the next stage's. */
    static final class Neighbour extends Hostile<Counter> {
        Neighbour() {
            super(StagePoint.after(Workflow.RX, "receive-pre"), StageSpec.Key.FLOW, StageSpec.Concurrency.FLOW_ATOMIC,
                Counter::new);
        }

        @Override
        public long process(SegmentMeta meta, Counter s, long nowNs) {
            s.at(0, s.at(0) + 1);
            return Verdict.NEXT;
        }
    }

    /** Puts its view where another flow's state is. */
    static final class Thief extends Hostile<Counter> {
        Thief() {
            super(StagePoint.after(Workflow.RX, "receive-pre"), StageSpec.Key.FLOW, StageSpec.Concurrency.FLOW_ATOMIC,
                Counter::new);
        }

        @Override
        public long process(SegmentMeta meta, Counter s, long nowNs) {
            ViewCursor.move(s, 0);
            return Verdict.NEXT;
        }
    }

    /** Asks for the flow before anybody has looked it up. */
    static final class Early extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return meta.flow() == 1 ? Verdict.drop(1) : Verdict.NEXT;
        }
    }

    /** Gives a segment to another flow. */
    static final class Steerer extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            meta.flow(1);
            return Verdict.NEXT;
        }
    }

    /** Is keyed by what is not known yet. */
    static final class Unkeyed extends Hostile<State.None> {
        Unkeyed() {
            super(StagePoint.first(Workflow.RX), StageSpec.Key.CONTEXT, StageSpec.Concurrency.SHARDED, State.None::new);
        }

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return Verdict.NEXT;
        }
    }

    static final class Allocator extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return new int[meta.payloadLength()].length == 0 ? Verdict.DONE : Verdict.NEXT;
        }
    }

    static final class Endless extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            int left = meta.payloadLength();
            while (left != 0) {
                left -= 3;
            }
            return Verdict.NEXT;
        }
    }

    /** Keyed by peer, as one would first write it. */
    static final class PeerMap extends Plain {
        private final Map<Integer, Integer> peers = new HashMap<>();

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return peers.containsKey(meta.peerAddress()) ? Verdict.DONE : Verdict.NEXT;
        }
    }
}
