package org.millrace.code.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;

/** Stages that do what they should not, each in one line that the test knows by the text behind it. */
final class Dishonest {
    private Dishonest() {
    }

    static final class Sums extends State {
        int sum() {
            return i32(0);
        }

        void sum(int v) {
            i32(0, v);
        }

        void more(int v) {
            add(0, v);
        }

        int limit() {
            return i32(4);
        }
    }

    /** Accesses that no layout shows. */
    static final class Outside extends State {
        int first() {
            return i32(0);
        }

        int at(int offset) {
            return i32(offset);
        }

        int element(int length) {
            return i32(0, length, 1);
        }

        void before(int v) {
            i32(-4, v);
        }
    }

    static final class Odd extends State {
        void odd(int v) {
            u16(1, v);
        }
    }

    abstract static class PerFlow<S extends State> implements Stage<SegmentMeta, S> {
        private final StageSpec<S> spec;

        PerFlow(Concurrency concurrency, java.util.function.Supplier<S> state) {
            spec = StageSpec.perFlow("bad", concurrency, state, List.of());
        }

        @Override
        public StageSpec<S> spec() {
            return spec;
        }
    }

    static final class WritesThoughStateless extends PerFlow<Sums> {
        WritesThoughStateless() {
            super(Concurrency.STATELESS, Sums::new);
        }

        @Override
        public long process(SegmentMeta meta, Sums s, long nowNs) {
            if (meta.length() == 77) {
                s.more(1); // here
            }
            return Verdict.NEXT;
        }
    }

    static final class SetsThoughCommutative extends PerFlow<Sums> {
        SetsThoughCommutative() {
            super(Concurrency.COMMUTATIVE, Sums::new);
        }

        @Override
        public long process(SegmentMeta meta, Sums s, long nowNs) {
            s.sum(s.sum() + 1); // here
            return Verdict.NEXT;
        }
    }

    static final class ReadsItsSum extends PerFlow<Sums> {
        ReadsItsSum() {
            super(Concurrency.COMMUTATIVE, Sums::new);
        }

        @Override
        public long process(SegmentMeta meta, Sums s, long nowNs) {
            s.more(1);
            return s.sum() > s.limit() ? Verdict.drop(1) : Verdict.NEXT; // here
        }
    }

    static final class ReadsOutside extends PerFlow<Outside> {
        ReadsOutside() {
            super(Concurrency.FLOW_ATOMIC, Outside::new);
        }

        @Override
        public long process(SegmentMeta meta, Outside s, long nowNs) {
            return s.at(8) == 0 ? Verdict.NEXT : Verdict.DONE; // here
        }
    }

    static final class ReadsAnywhere extends PerFlow<Outside> {
        ReadsAnywhere() {
            super(Concurrency.FLOW_ATOMIC, Outside::new);
        }

        @Override
        public long process(SegmentMeta meta, Outside s, long nowNs) {
            return s.at(meta.length()) == 0 ? Verdict.NEXT : Verdict.DONE; // here
        }
    }

    static final class WritesBefore extends PerFlow<Outside> {
        WritesBefore() {
            super(Concurrency.FLOW_ATOMIC, Outside::new);
        }

        @Override
        public long process(SegmentMeta meta, Outside s, long nowNs) {
            s.before(1); // here
            return Verdict.NEXT;
        }
    }

    static final class WritesOdd extends PerFlow<Odd> {
        WritesOdd() {
            super(Concurrency.FLOW_ATOMIC, Odd::new);
        }

        @Override
        public long process(SegmentMeta meta, Odd s, long nowNs) {
            s.odd(1); // here
            return Verdict.NEXT;
        }
    }

    static final class IndexesSeven extends PerFlow<Outside> {
        IndexesSeven() {
            super(Concurrency.FLOW_ATOMIC, Outside::new);
        }

        @Override
        public long process(SegmentMeta meta, Outside s, long nowNs) {
            return s.element(7) == 0 ? Verdict.NEXT : Verdict.DONE; // here
        }
    }

    static final class MovesItsView extends PerFlow<Sums> {
        MovesItsView() {
            super(Concurrency.FLOW_ATOMIC, Sums::new);
        }

        @Override
        public long process(SegmentMeta meta, Sums s, long nowNs) {
            ViewCursor.move(s, 0); // here
            return Verdict.NEXT;
        }
    }

    /** A stage without key and state. */
    abstract static class Plain implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("bad", List.of());
        }
    }

    static final class Remembers extends Plain {
        private int last;

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            last = meta.length(); // here
            return Verdict.NEXT;
        }

        int last() {
            return last;
        }
    }

    static final class Allocates extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            int[] two = {meta.length(), 1}; // here
            return two[0] == 0 ? Verdict.NEXT : Verdict.DONE;
        }
    }

    static final class Concatenates extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return ("x" + meta.length()).isEmpty() ? Verdict.NEXT : Verdict.DONE; // here
        }
    }

    /** Throws, which takes it out when it does, and is no reason to refuse it. */
    static final class Throws extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            if (meta.length() < 0) {
                throw new IllegalStateException("no length");
            }
            return Verdict.NEXT;
        }
    }

    static final class Catches extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            try {
                return 1 / meta.length(); // here
            } catch (ArithmeticException e) {
                return Verdict.DONE;
            }
        }
    }

    static final class Waits extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            int left = meta.payloadLength();
            while (left != 0) {
                left &= left - 1; // here
            }
            return Verdict.NEXT;
        }
    }

    static final class Recurses extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return down(meta.payloadLength());
        }

        private static long down(int depth) {
            return depth <= 0 ? Verdict.NEXT : down(depth - 1); // here
        }
    }

    static final class Locks extends Plain {
        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            synchronized (this) { // here
                return Verdict.NEXT;
            }
        }
    }

    /** A table keyed by peer, as a Java programmer would write it. */
    static final class CountsPeers extends Plain {
        private final Map<Integer, int[]> peers = new HashMap<>();

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return peers.get(meta.peerAddress()) == null ? Verdict.NEXT : Verdict.DONE; // here
        }
    }

    static final class Tells implements Stage<SegmentMeta, State.None> {
        private final ContextQueue queue;

        Tells(ContextQueue queue) {
            this.queue = queue;
        }

        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("bad", List.of(ContextQueue.class));
        }

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            queue.notify(meta); // here
            return Verdict.NEXT;
        }
    }

    /** Calls what its spec does not name. */
    static final class LooksUp extends Plain {
        private final FlowLookup lookup;

        LooksUp(FlowLookup lookup) {
            this.lookup = lookup;
        }

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return lookup.lookup(meta) == 0 ? Verdict.drop(DropReason.NO_FLOW.code()) : Verdict.NEXT; // here
        }
    }

    /** Has the machine set aside what it never calls. */
    static final class NeverCalls implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("bad", List.of(FlowLookup.class));
        }

        @Override
        public long process(SegmentMeta meta, State.None none, long nowNs) {
            return Verdict.NEXT; // here
        }
    }
}
