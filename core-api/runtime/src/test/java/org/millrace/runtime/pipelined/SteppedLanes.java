package org.millrace.runtime.pipelined;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;

/**
 * Lets lanes run on the thread that hands them work, in a seeded order: between any two pieces some lanes take, some do what they have taken, some
 * give it back, and some do nothing for long. The test's thread is the owner's.
 */
final class SteppedLanes {
    private static final int MOST_STEPS = 12;

    private Random random = new Random(0);
    /** How often lanes run at all, in 8 of what is published: some schedules leave nearly all to the owner. */
    private int eagerness;
    long steps;
    int closed;
    final List<Lane> lanes = new ArrayList<>();

    /** From now on in the order of a seed. */
    void seed(long seed) {
        random = new Random(seed);
        eagerness = random.nextInt(9);
    }

    /** {@return whether no lane has taken anything, or could take something} */
    boolean areQuiet() {
        return lanes.stream().noneMatch(lane -> lane.hasTaken || lane.work.isWaiting());
    }

    /** {@return a driver of lanes} */
    LaneDriver driver(List<? extends LaneWork> works) {
        List<Lane> own = works.stream().map(Lane::new).toList();
        lanes.addAll(own);
        return new Driver(own);
    }

    /** A lane, which may be stopped between any two of its steps. */
    private static final class Lane {
        private final LaneWork work;
        private boolean hasTaken;
        private boolean hasRun;

        Lane(LaneWork work) {
            this.work = work;
        }

        boolean step() {
            if (!hasTaken) {
                hasTaken = work.take();
                return hasTaken;
            }
            if (!hasRun) {
                work.run();
                hasRun = true;
                return true;
            }
            work.finish();
            hasTaken = false;
            hasRun = false;
            return true;
        }
    }

    private final class Driver implements LaneDriver {
        private final List<Lane> own;

        Driver(List<Lane> own) {
            this.own = own;
        }

        @Override
        public void published(boolean wakes) {
            if (random.nextInt(8) < eagerness) {
                for (int i = random.nextInt(MOST_STEPS); i > 0; i--) {
                    steps += own.get(random.nextInt(own.size())).step() ? 1 : 0;
                }
            }
        }

        @Override
        public void await() {
            int first = random.nextInt(own.size());
            for (int i = 0; i < own.size(); i++) {
                if (own.get((first + i) % own.size()).step()) {
                    steps++;
                    return;
                }
            }
            throw new AssertionError("the owner waits for lanes none of which has anything to do");
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
