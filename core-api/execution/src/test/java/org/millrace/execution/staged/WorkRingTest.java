package org.millrace.execution.staged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A ring that hands out work and gets it back in order: by takers that step in a seeded order, and by threads. */
class WorkRingTest {
    private static final int SLOTS = 8;
    private static final int THREADED_PIECES = 200_000;

    /** What a taker does to it shows whether it was seen whole. */
    private static final class Piece {
        int number;
        int done;
    }

    private final WorkRing<Piece> ring = new WorkRing<>(new Piece[SLOTS]);

    private void put(int number) {
        Piece piece = new Piece();
        piece.number = number;
        ring.put(piece);
    }

    @Test
    void whatIsNotPublishedIsNotTaken() {
        WorkRing<Piece>.Taker taker = ring.taker();
        put(1);
        assertThat(taker.take()).isNull();
        assertThat(ring.isWaiting()).isFalse();
        assertThat(ring.publish()).isTrue();
        assertThat(ring.publish()).isFalse();
        assertThat(ring.isWaiting()).isTrue();
        assertThat(taker.take().number).isEqualTo(1);
        taker.finish();
        assertThat(taker.take()).isNull();
    }

    @Test
    void whatIsFinishedEarlyWaitsForWhatWasPutBefore() {
        WorkRing<Piece>.Taker slow = ring.taker();
        WorkRing<Piece>.Taker quick = ring.taker();
        put(1);
        put(2);
        ring.publish();
        slow.take();
        quick.take();
        quick.finish();
        assertThat(ring.collect()).isNull();
        assertThat(ring.isQuiet()).isFalse();
        slow.finish();
        assertThat(ring.isQuiet()).isTrue();
        assertThat(ring.collect().number).isEqualTo(1);
        assertThat(ring.collect().number).isEqualTo(2);
        assertThat(ring.collect()).isNull();
        assertThat(ring.size()).isZero();
    }

    @Test
    void whatIsTakenTogetherIsHalfOfWhatIsThere() {
        WorkRing<Piece>.Taker first = ring.taker();
        WorkRing<Piece>.Taker second = ring.taker();
        for (int i = 0; i < 5; i++) {
            put(i);
        }
        ring.publish();
        for (int i = 0; i < 3; i++) {
            assertThat(first.take().number).isEqualTo(i);
            first.finish();
            assertThat(ring.isQuiet()).isFalse();
        }
        assertThat(second.take().number).isEqualTo(3);
        assertThat(first.take().number).isEqualTo(4);
        first.finish();
        assertThat(ring.isQuiet()).isFalse();
        second.finish();
        assertThat(ring.isQuiet()).isTrue();
    }

    @Test
    void slotsAreThoseThatWereCollected() {
        WorkRing<Piece>.Taker taker = ring.taker();
        for (int i = 0; i < SLOTS; i++) {
            assertThat(ring.isFull()).isFalse();
            put(i);
        }
        assertThat(ring.isFull()).isTrue();
        ring.publish();
        for (Piece piece = taker.take(); piece != null; piece = taker.take()) {
            taker.finish();
        }
        assertThat(ring.isFull()).isTrue();
        Piece first = ring.collect();
        assertThat(ring.isFull()).isFalse();
        assertThat(ring.vacant()).isSameAs(first);
    }

    @Test
    void slotsAreAPowerOfTwo() {
        assertThatThrownBy(() -> new WorkRing<>(new Piece[6])).hasMessage("6 slots, allowed is a power of two");
    }

    @Test
    void anyScheduleGivesEachPieceOnceAndInOrder() {
        long seed = 20261130;
        Random random = new Random(seed);
        for (int schedule = 0; schedule < 300; schedule++) {
            run(random, "seed " + seed + ", schedule " + schedule);
        }
    }

    private void run(Random random, String which) {
        WorkRing<Piece> small = new WorkRing<>(new Piece[1 << random.nextInt(5)]);
        List<WorkRing<Piece>.Taker> takers = new ArrayList<>();
        List<Piece> taken = new ArrayList<>();
        int lanes = 1 + random.nextInt(4);
        for (int i = 0; i < lanes; i++) {
            takers.add(small.taker());
            taken.add(null);
        }
        int collected = 0;
        int put = 0;
        while (collected < 200) {
            int action = random.nextInt(3 + lanes);
            if (action == 0 && !small.isFull() && put < 200) {
                Piece piece = new Piece();
                piece.number = put++;
                small.put(piece);
            } else if (action == 1) {
                small.publish();
            } else if (action == 2) {
                for (Piece piece = small.collect(); piece != null; piece = small.collect()) {
                    assertThat(piece.number).as(which).isEqualTo(collected++);
                    assertThat(piece.done).as(which).isEqualTo(1);
                }
            } else if (action > 2 && taken.get(action - 3) == null) {
                taken.set(action - 3, takers.get(action - 3).take());
            } else if (action > 2) {
                taken.get(action - 3).done++;
                takers.get(action - 3).finish();
                taken.set(action - 3, null);
            }
        }
    }

    /** On x86 this cannot show every order that a weaker machine has. */
    @Test
    void threadsSeeWhatWasDoneBefore() throws InterruptedException {
        List<Thread> lanes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            WorkRing<Piece>.Taker taker = ring.taker();
            lanes.add(Thread.ofPlatform().daemon().start(() -> {
                while (true) {
                    Piece piece = taker.take();
                    if (piece == null) {
                        Thread.yield();
                    } else if (piece.number < 0) {
                        taker.finish();
                        return;
                    } else {
                        piece.done = piece.number + 1;
                        taker.finish();
                    }
                }
            }));
        }
        int put = 0;
        for (int collected = 0; collected < THREADED_PIECES;) {
            while (!ring.isFull() && put < THREADED_PIECES) {
                put(put++);
            }
            ring.publish();
            Piece piece = ring.collect();
            if (piece == null) {
                Thread.yield();
                continue;
            }
            assertThat(piece.number).isEqualTo(collected++);
            assertThat(piece.done).isEqualTo(collected);
        }
        put(-1);
        put(-1);
        ring.publish();
        for (Thread lane : lanes) {
            lane.join();
        }
        assertThat(ring.isQuiet()).isTrue();
    }
}
