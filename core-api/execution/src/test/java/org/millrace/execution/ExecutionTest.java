package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** Whatever stages decide and however long items wait: each leaves once, and in the end none is in use. */
class ExecutionTest {
    private static final int ITEMS = 100;
    private static final int RETAINED = 30;

    private Random random;

    /** Ends, mirrors and sends at random. */
    private final class Chance implements Stage<SegmentMeta, State.None> {
        private final StageSpec<State.None> spec = StageSpec.stateless("chance", List.of());

        @Override
        public StageSpec<State.None> spec() {
            return spec;
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            long verdict = switch (random.nextInt(5)) {
                case 0 -> Verdict.drop(DropReason.FILTERED.code());
                case 1 -> Verdict.control(1);
                case 2, 3 -> Verdict.EMIT;
                default -> Verdict.NEXT;
            };
            return verdict | (random.nextInt(4) == 0 ? Verdict.mirror(0) : 0) | (random.nextInt(9) == 0 ? Verdict.DIGEST : 0);
        }
    }

    private class Chances implements Program<SegmentMeta>, FlowScheduler {
        private final Stage<SegmentMeta, ?> stage = new Chance();

        @Override
        public String name() {
            return "chances";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return List.of(stage);
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            return null;
        }

        @Override
        public FlowScheduler scheduler() {
            return this;
        }

        @Override
        public int next(long nowNs) {
            return random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(9);
        }

        @Override
        public long deadlineNs() {
            return 17;
        }

        @Override
        public List<MirrorSession> mirrors() {
            return List.of(new MirrorSession(0, Workflow.MIRROR, List.of("flow", "position")));
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    /** A machine whose frames wait behind their pass, and that lets some out when it is told to go on. */
    private final class Waiting extends Execution<SegmentMeta> {
        private final List<? extends Step<?, ?>> steps;
        private final ItemQueue<SegmentMeta> frames = new ItemQueue<>();

        Waiting(Program<SegmentMeta> program, Outlet<SegmentMeta> outlet) {
            super(program, new Capacity(16, 1), outlet, ITEMS);
            steps = steps(program.stages(Workflow.RX));
        }

        @Override
        public void submit(SegmentMeta item, long nowNs) {
            long verdict = steps.getFirst().run(item, nowNs);
            mirrors().mirror(verdict, item, 0);
            if (Verdict.action(verdict) == Verdict.EMIT) {
                frames.add(item, 0);
                digest(item, verdict, nowNs);
            } else {
                leave(item, verdict, nowNs);
            }
        }

        @Override
        public void advance(long nowNs) {
            for (int n = random.nextInt(1 + frames.size()); n > 0 && !frames.isEmpty(); n--) {
                leave(frames.take(), Verdict.EMIT, nowNs);
            }
            for (int n = mirrors().size(); n > 0 && !mirrors().isEmpty(); n--) {
                submit(mirrors().take(), nowNs);
            }
        }

        @Override
        public void keep() {
            retain(frames);
        }
    }

    /** Accounts for every item and every retained frame; begins others from the middle of a departure. */
    private class Accounts implements Outlet<SegmentMeta> {
        final Deque<Integer> free = new ArrayDeque<>();
        final Set<Integer> retained = new HashSet<>();
        final long[] left = new long[4];
        Waiting machine;
        long begun;
        long lost;
        long noMemory;

        Accounts() {
            for (int n = 1; n <= RETAINED; n++) {
                free.add(n);
            }
        }

        void begin(Workflow workflow, int frame) {
            SegmentMeta item = machine.item(workflow);
            if (item == null) {
                lost++;
                return;
            }
            begun++;
            item.frame(frame);
            item.position(frame);
            if (random.nextInt(10) == 0) {
                machine.end(item, Verdict.drop(DropReason.BAD_CHECKSUM.code()), 1);
            } else {
                machine.submit(item, 1);
            }
        }

        private void left(SegmentMeta meta, int way) {
            left[way]++;
            if (meta.frame() < 0) {
                assertThat(retained.remove(-meta.frame())).as("retained, and released once").isTrue();
                free.add(-meta.frame());
            }
        }

        @Override
        public void drop(SegmentMeta meta, int reason) {
            left(meta, 0);
        }

        @Override
        public void control(SegmentMeta meta, int reason, long nowNs) {
            int position = meta.position();
            if (random.nextInt(3) == 0) {
                begin(random.nextBoolean() ? Workflow.RX : Workflow.HC, 0);
            }
            assertThat(meta.position()).as("read behind what it has begun").isEqualTo(position);
            left(meta, 1);
        }

        @Override
        public void emit(SegmentMeta meta, long nowNs) {
            left(meta, 2);
        }

        @Override
        public void done(SegmentMeta meta) {
            left(meta, 3);
        }

        @Override
        public void digest(SegmentMeta meta, long nowNs) {
        }

        @Override
        public boolean retain(SegmentMeta meta) {
            if (meta.frame() > 0) {
                Integer number = free.poll();
                noMemory += number == null ? 1 : 0;
                meta.frame(number == null ? 0 : -number);
                if (number != null) {
                    retained.add(number);
                }
            }
            return meta.frame() < 0;
        }
    }

    /** A control plane that answers everything by a frame of its own, without end: what is dropped for that is not sent. */
    @Test
    void whatIsDroppedForDepthIsNotToldAsSent() {
        random = new Random(1);
        List<Integer> told = new ArrayList<>();
        Chances program = new Chances() {
            @Override
            public void sent(int flow, int bytes) {
                told.add(bytes);
            }
        };
        Accounts accounts = new Accounts() {
            @Override
            public void emit(SegmentMeta meta, long nowNs) {
                super.emit(meta, nowNs);
                send(machine);
            }
        };
        accounts.machine = new Waiting(program, accounts);
        send(accounts.machine);
        assertThat(accounts.left[0]).as("dropped").isEqualTo(1);
        assertThat(accounts.left[2]).as("emitted").isEqualTo(told.size() - 1);
        assertThat(told).last().isEqualTo(0);
        assertThat(told.subList(0, told.size() - 1)).containsOnly(1000);
    }

    private static void send(Waiting machine) {
        SegmentMeta item = machine.item(Workflow.TX);
        item.flow(1);
        item.length(1000);
        machine.end(item, Verdict.EMIT, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyItemIsAccountedForExactlyOnce(long seed) {
        random = new Random(seed);
        Accounts accounts = new Accounts();
        Waiting machine = new Waiting(new Chances(), accounts);
        accounts.machine = machine;
        long sent = 0;
        long mirrored = 0;
        for (int round = 0; round < 400; round++) {
            for (int i = random.nextInt(64); i > 0; i--) {
                accounts.begin(Workflow.RX, i);
            }
            sent += machine.transmit(random.nextInt(64), 1);
            machine.advance(1);
            machine.keep();
            assertThat(machine.items().inUse()).as("seed %d", seed).isLessThanOrEqualTo(ITEMS)
                .isEqualTo(machine.frames.size() + machine.mirrors().size());
        }
        while (!machine.isIdle()) {
            machine.advance(1);
        }
        mirrored = Arrays.stream(accounts.left).sum() - accounts.begun - sent;
        assertThat(mirrored).as("copies, seed %d", seed).isPositive();
        assertThat(accounts.left).as("every way is gone").doesNotContain(0);
        assertThat(accounts.lost).as("the pool has been empty, seed %d", seed).isPositive();
        assertThat(machine.counters().get("items refused")).isGreaterThanOrEqualTo(accounts.lost);
        assertThat(accounts.noMemory).isPositive();
        assertThat(accounts.retained).isEmpty();
        assertThat(accounts.free).hasSize(RETAINED);
        assertThat(machine.items().inUse()).isZero();
        assertThat(machine.transmitNs()).isEqualTo(17);
    }
}
