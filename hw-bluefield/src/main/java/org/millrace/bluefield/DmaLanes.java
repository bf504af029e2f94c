package org.millrace.bluefield;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.millrace.api.hardware.PayloadMove;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;
import org.millrace.execution.staged.WorkRing;

/**
 * The DMA engine of a program: lanes that move payload while the data path's thread goes on with the next items. Whoever waits for
 * them moves what nobody has begun himself, so a lane that does not get its core holds up nobody by more than a piece.
 *
 * <p>DESIGN NOTES. Lanes touch the bytes that are moved and nothing else: what is looked up, checked and booked was so before, on the data
 * path's thread. Until {@link #settle} neither is told to anybody that bytes are there nor is given back where they come from and go to. In which
 * order pieces are moved does not matter: what is moved between two calls goes to places of its own, but for bytes that a peer has sent twice.
 *
 * <p>Owned by: the data-path thread.
 */
final class DmaLanes {
    /** Handing over costs as much as moving about so many bytes: lines of cache that go to another core and back. */
    private static final int LEAST_BYTES = 4 << 10;
    /** Longer ones are moved in pieces: all who move are done at about the same time. */
    private static final int PIECE_BYTES = 64 << 10;
    /** So much is published together. */
    private static final int PUBLISHED_BYTES = 64 << 10;
    /** Waking a thread costs as much as moving about so many bytes. */
    private static final int WAKING_BYTES = 32 << 10;
    private static final int SLOTS = 256;

    private final WorkRing<PayloadMove> ring = new WorkRing<>(slots());
    private final WorkRing<PayloadMove>.Taker own = ring.taker();
    private final LaneDriver driver;
    private int unpublishedBytes;
    private long unsettledBytes;
    /** Since the last time that all was settled: a lane that is awake then looks on for longer than that takes. */
    private boolean hasWoken;
    private long handedOverBytes;
    private long ownBytes;

    /**
     * Prepares lanes.
     *
     * @param lanes   how many
     * @param drivers lets them run
     */
    DmaLanes(int lanes, Function<List<? extends LaneWork>, LaneDriver> drivers) {
        driver = drivers.apply(IntStream.range(0, lanes).mapToObj(Mover::new).toList());
    }

    private static PayloadMove[] slots() {
        PayloadMove[] slots = new PayloadMove[SLOTS];
        Arrays.setAll(slots, i -> new PayloadMove());
        return slots;
    }

    /** A lane. */
    private final class Mover implements LaneWork {
        private final WorkRing<PayloadMove>.Taker taker = ring.taker();
        private final String name;
        private PayloadMove move;

        Mover(int number) {
            name = "dma-" + number;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean take() {
            move = taker.take();
            return move != null;
        }

        @Override
        public void run() {
            move.run();
        }

        @Override
        public void finish() {
            taker.finish();
        }

        @Override
        public boolean isWaiting() {
            return ring.isWaiting();
        }
    }

    /** Has bytes moved, now or until {@link #settle}. */
    void move(PayloadMove move) {
        if (move.firstLength + move.secondLength < LEAST_BYTES) {
            move.run();
            return;
        }
        put(move.from, move.fromOffset, move.to, move.firstOffset, move.firstLength);
        put(move.from, move.fromOffset + move.firstLength, move.to, move.secondOffset, move.secondLength);
        if (unpublishedBytes >= PUBLISHED_BYTES) {
            publish();
        }
    }

    private void put(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, int bytes) {
        for (int done = 0; done < bytes; done += PIECE_BYTES) {
            while (ring.isFull()) {
                help();
            }
            PayloadMove piece = ring.vacant();
            piece.regions(from, to);
            piece.fromOffset = fromOffset + done;
            piece.firstOffset = toOffset + done;
            piece.firstLength = Math.min(PIECE_BYTES, bytes - done);
            ring.put(piece);
        }
        unpublishedBytes += bytes;
        unsettledBytes += bytes;
        handedOverBytes += bytes;
    }

    private void publish() {
        unpublishedBytes = 0;
        if (ring.publish()) {
            boolean wakes = !hasWoken && unsettledBytes >= WAKING_BYTES;
            hasWoken |= wakes;
            driver.published(wakes);
        }
    }

    /** Makes slots of the ring vacant: moves a piece, or waits for a lane if none is left. */
    private void help() {
        publish();
        PayloadMove piece = own.take();
        if (piece != null) {
            piece.run();
            own.finish();
            ownBytes += piece.firstLength;
        }
        boolean isStuck = piece == null;
        while (ring.collect() != null) {
            isStuck = false;
        }
        if (isStuck) {
            driver.await();
        }
    }

    /** Returns when all bytes are where they belong. */
    void settle() {
        while (ring.size() > 0) {
            help();
        }
        unsettledBytes = 0;
        hasWoken = false;
    }

    /** {@return whether all bytes are where they belong, as far as was looked} */
    boolean isSettled() {
        return ring.size() == 0;
    }

    /** {@return bytes that lanes have moved} */
    long movedBytes() {
        return handedOverBytes - ownBytes;
    }

    void close() {
        driver.close();
    }
}
