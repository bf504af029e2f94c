package org.millrace.testkit;

import java.util.SplittableRandom;

/** Decides what happens to each frame of one side, and counts it. */
final class ImpairmentDice {
    static final int LOSE = 1;
    static final int HOLD = 2;
    static final int DUPLICATE = 4;
    static final int CORRUPT = 8;

    private final Impairment impairment;
    private final SplittableRandom random;
    private long frames;
    private long lost;
    private long held;
    private long duplicated;
    private long corrupted;

    ImpairmentDice(Impairment impairment, long seed) {
        this.impairment = impairment;
        random = new SplittableRandom(seed);
    }

    /** Every fault draws for every frame, so that one probability does not shift the others' numbers. */
    int roll(boolean corruptible) {
        boolean lose = random.nextDouble() < impairment.loss();
        boolean hold = random.nextDouble() < impairment.reorder();
        boolean twice = random.nextDouble() < impairment.duplicate();
        boolean corrupt = random.nextDouble() < impairment.corrupt() && corruptible;
        frames++;
        if (lose) {
            lost++;
            return LOSE;
        }
        held += hold ? 1 : 0;
        duplicated += twice ? 1 : 0;
        corrupted += corrupt ? 1 : 0;
        return (hold ? HOLD : 0) | (twice ? DUPLICATE : 0) | (corrupt ? CORRUPT : 0);
    }

    int displacement() {
        return 1 + random.nextInt(Impairment.MAX_DISPLACEMENT);
    }

    /** A bit number of bytes {@code from} to {@code to - 1}. */
    int bit(int from, int to) {
        return random.nextInt(from * 8, to * 8);
    }

    ImpairmentCounters counters() {
        return new ImpairmentCounters(frames, lost, held, duplicated, corrupted);
    }
}
