package org.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.millrace.execution.staged.WorkRing;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** Work that a data path hands to lanes and gets back in order. */
public final class WorkRingStress {
    /** The lane is given some time. */
    private static final int LOOKS = 50;

    private WorkRingStress() {
    }

    private static final class Piece {
        private int number;
        private int done;

        Piece numbered(int as) {
            number = as;
            return this;
        }
    }

    private static WorkRing<Piece> ring(int slots) {
        Piece[] pieces = new Piece[slots];
        for (int i = 0; i < slots; i++) {
            pieces[i] = new Piece();
        }
        return new WorkRing<>(pieces);
    }

    /** A lane sees all of a piece, the owner all that the lane has done to it: what was collected, what the lane saw. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 7", "7, 7"}, expect = ACCEPTABLE, desc = "not begun, begun, collected")
    @Outcome(expect = FORBIDDEN, desc = "a piece that is not whole")
    @State
    public static class Done {
        private final WorkRing<Piece> ring = ring(2);
        private final WorkRing<Piece>.Taker lane = ring.taker();

        @Actor
        public void own(II_Result r) {
            ring.put(ring.vacant().numbered(7));
            ring.publish();
            Piece collected = ring.collect();
            for (int i = 0; i < LOOKS && collected == null; i++) {
                collected = ring.collect();
            }
            r.r1 = collected == null ? 0 : collected.done == 7 ? 7 : -1;
        }

        @Actor
        public void work(II_Result r) {
            Piece piece = lane.take();
            if (piece != null) {
                r.r2 = piece.number == 7 ? 7 : -1;
                piece.done = piece.number;
                lane.finish();
            }
        }
    }

    /** A piece is one lane's: what each had, and the last of those that are collected in the order in which they were put. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2"}, expect = ACCEPTABLE, desc = "each a piece of its own")
    @Outcome(expect = FORBIDDEN, desc = "a piece that two have, or one that nobody has finished")
    @State
    public static class OfOne {
        private final WorkRing<Piece> ring = ring(2);
        private final WorkRing<Piece>.Taker first = ring.taker();
        private final WorkRing<Piece>.Taker second = ring.taker();

        public OfOne() {
            ring.put(ring.vacant().numbered(1));
            ring.put(ring.vacant().numbered(2));
            ring.publish();
        }

        private static int work(WorkRing<Piece>.Taker lane) {
            Piece piece = lane.take();
            piece.done = piece.number;
            lane.finish();
            return piece.number;
        }

        @Actor
        public void one(III_Result r) {
            r.r1 = work(first);
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = work(second);
        }

        @Arbiter
        public void own(III_Result r) {
            for (Piece piece = ring.collect(); piece != null; piece = ring.collect()) {
                r.r3 = piece.done == r.r3 + 1 ? piece.done : -1;
            }
        }
    }

    /** A slot is used again only when it was collected: what the lane saw, what it saw next. */
    @JCStressTest
    @Outcome(id = {"1, 0", "1, 2"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "overwritten while it was worked on")
    @State
    public static class UsedAgain {
        private final WorkRing<Piece> ring = ring(1);
        private final WorkRing<Piece>.Taker lane = ring.taker();

        public UsedAgain() {
            ring.put(ring.vacant().numbered(1));
            ring.publish();
        }

        @Actor
        public void own() {
            if (ring.collect() != null) {
                ring.put(ring.vacant().numbered(2));
                ring.publish();
            }
        }

        @Actor
        public void work(II_Result r) {
            Piece piece = lane.take();
            r.r1 = piece.number;
            lane.finish();
            Piece next = lane.take();
            r.r2 = next == null ? 0 : next.number;
        }
    }
}
