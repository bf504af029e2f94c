package org.millrace.execution.staged;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Workflow;

/** Replicated stages on lanes: whatever the lanes do when, order and accounting hold, and without the sequencer they do not. */
class StagedExecutionTest {
    private static final int PRE = 0;
    private static final int PROTOCOL = 1;
    private static final int POST = 2;
    private static final int DMA = 3;
    private static final StagePlan PLAN = new StagePlan(List.of(
        new StagePlan.Place("pre", Key.NONE, 1, 3, 0), new StagePlan.Place("protocol", Key.FLOW, 4, 1, 0),
        new StagePlan.Place("post", Key.FLOW, 2, 2, 5), new StagePlan.Place("dma", Key.NONE, 1, 3, 7),
        new StagePlan.Place("context", Key.CONTEXT, 2, 1, 0)),
        Map.of(Workflow.RX, new int[] {0, 1, 2, 3, 4}, Workflow.TX, new int[] {1, 2, 3}), 2, true);

    private final Streams program = new Streams();
    private final List<String> sent = new ArrayList<>();
    private final List<List<Integer>> sentOfFlow = new ArrayList<>();
    private final int[] passedProtocol = new int[Streams.FLOWS + 1];
    private int left;
    private int late;
    private boolean retains = true;
    private Stepped machine;
    private int entered;

    private final class Stepped extends StagedExecution<SegmentMeta> {
        Stepped(StagePlan plan) {
            super(program, new Capacity(Streams.FLOWS, Streams.CONTEXTS), new Departures(), 512, plan);
        }

        @Override
        public void advance(long nowNs) {
            lanes().forEach(lane -> {
                for (Work<SegmentMeta> work = lane.take(); work != null; work = lane.take()) {
                    lane.run(work, nowNs);
                    lane.ran(work, nowNs);
                    assertThat(lane.pass(work, nowNs)).isTrue();
                }
            });
        }
    }

    private final class Departures implements Outlet<SegmentMeta> {
        @Override
        public void drop(SegmentMeta meta, int reason) {
            left++;
        }

        @Override
        public void control(SegmentMeta meta, int reason, long nowNs) {
            left++;
            late += passedProtocol[meta.flow()] < meta.position() ? 1 : 0;
        }

        @Override
        public void emit(SegmentMeta meta, long nowNs) {
            left++;
            sent.add((meta.workflow() == Workflow.TX.ordinal() ? "TX " : "ACK ") + meta.flow());
            sentOfFlow.get(meta.flow()).add(meta.message());
        }

        @Override
        public void done(SegmentMeta meta) {
            left++;
        }

        @Override
        public void digest(SegmentMeta meta, long nowNs) {
        }

        @Override
        public boolean retain(SegmentMeta meta) {
            return retains;
        }
    }

    private Stepped machine(StagePlan plan) {
        assertThat(plan.check(program)).isEmpty();
        machine = new Stepped(plan);
        for (int flow = 0; flow <= Streams.FLOWS; flow++) {
            sentOfFlow.add(new ArrayList<>());
        }
        return machine;
    }

    private void receive(int flow, int position, int operation) {
        SegmentMeta item = machine.item(Workflow.RX);
        item.localPort(flow);
        item.position(position);
        item.length(value(flow, position));
        item.operation(operation);
        item.frame(1);
        item.peerPort(entered & 0xffff);
        entered++;
        machine.submit(item, 0);
    }

    private static int value(int flow, int position) {
        return (flow * 31 + position * 7) & 0x7f;
    }

    private void send(int flow) {
        SegmentMeta item = machine.item(Workflow.TX);
        item.flow(flow);
        entered++;
        machine.submit(item, 0);
    }

    /** An item goes through a place; lanes of a shard take turns. */
    private Work<SegmentMeta> take(int place, int flow) {
        Lane<SegmentMeta> lane = lane(place, flow);
        Work<SegmentMeta> work = lane.take();
        lane.run(work, 0);
        lane.ran(work, 0);
        return work;
    }

    private Lane<SegmentMeta> lane(int place, int flow) {
        return machine.lanes().stream().filter(lane -> lane.shard().place() == place
            && (machine.plan().places().get(place).shards() == 1
                || lane.shard().index() == (flow - 1) % machine.plan().places().get(place).shards())).findFirst().orElseThrow();
    }

    private void pass(Work<SegmentMeta> work, int flow) {
        assertThat(lane(work.place(), flow).pass(work, 0)).isTrue();
    }

    private void through(int place, int flow) {
        pass(take(place, flow), flow);
    }

    /** Fig. 4.7 (1): a segment to send stalls in DMA, the next one does not. */
    private List<Integer> stalledDma(StagePlan plan) {
        machine(plan);
        send(1);
        send(1);
        through(PROTOCOL, 1);
        through(PROTOCOL, 1);
        through(POST, 1);
        through(POST, 1);
        Work<SegmentMeta> stalled = take(DMA, 1);
        through(DMA, 1);
        pass(stalled, 1);
        return sentOfFlow.get(1);
    }

    @Test
    void segmentThatStallsInDmaIsSentFirstAllTheSame() {
        assertThat(stalledDma(PLAN)).containsExactly(0, 1);
    }

    @Test
    void withoutTheSequencerSegmentThatStallsInDmaIsSentLate() {
        assertThat(stalledDma(PLAN.unsequenced())).containsExactly(1, 0);
    }

    /** Fig. 4.7 (2): a received segment stalls in flow identification, and the protocol stage sees a hole. */
    private int stalledIdentification(StagePlan plan) {
        machine(plan);
        receive(1, 0, 0);
        receive(1, 1, 0);
        Work<SegmentMeta> stalled = take(PRE, 1);
        through(PRE, 1);
        if (!plan.isSequenced()) {
            through(PROTOCOL, 1);
        }
        pass(stalled, 1);
        machine.advance(0);
        return program.holes;
    }

    @Test
    void segmentThatStallsInIdentificationLeavesNoHole() {
        assertThat(stalledIdentification(PLAN)).isZero();
    }

    @Test
    void withoutTheSequencerSegmentThatStallsInIdentificationLeavesAHole() {
        assertThat(stalledIdentification(PLAN.unsequenced())).isPositive();
    }

    /** Fig. 4.7 (3): an acknowledgement is long in post-processing, and a segment that the protocol stage made later is not. */
    private List<String> slowAcknowledgement(StagePlan plan) {
        machine(plan);
        receive(1, 0, 0);
        send(1);
        through(PRE, 1);
        through(PROTOCOL, 1);
        through(PROTOCOL, 1);
        Work<SegmentMeta> slow = take(POST, 1);
        through(POST, 1);
        through(DMA, 1);
        pass(slow, 1);
        machine.advance(0);
        return sent;
    }

    @Test
    void slowAcknowledgementIsSentBeforeTheSegmentBehindIt() {
        assertThat(slowAcknowledgement(PLAN)).containsExactly("ACK 1", "TX 1");
    }

    @Test
    void withoutTheSequencerTheSegmentBehindOvertakesTheSlowAcknowledgement() {
        assertThat(slowAcknowledgement(PLAN.unsequenced())).containsExactly("TX 1", "ACK 1");
    }

    /** Items of all kinds on lanes that take, run and pass at random: 2,000 schedules, or as many as the property says. */
    @Test
    void whateverTheScheduleOrderBytesAndAccountingHold() {
        int schedules = Integer.getInteger("millrace.schedules", 2_000);
        long seed = Long.getLong("millrace.seed", 15);
        for (int i = 0; i < schedules; i++) {
            StagedExecutionTest run = new StagedExecutionTest();
            run.schedule(new Random(seed + i), "seed " + (seed + i));
        }
    }

    private void schedule(Random random, String seed) {
        machine(PLAN);
        int[] position = new int[Streams.FLOWS + 1];
        List<Work<SegmentMeta>> begun = new ArrayList<>();
        Set<Work<SegmentMeta>> run = new HashSet<>();
        int[] inFlight = new int[machine.lanes().size()];
        List<Integer> laneOf = new ArrayList<>();
        int items = 40 + random.nextInt(40);
        while (entered < items || !machine.isIdle()) {
            int choice = random.nextInt(4);
            if (choice == 0 && entered < items) {
                enter(random, position);
            } else if (choice == 1) {
                take(random, begun, laneOf, inFlight);
            } else if (!begun.isEmpty()) {
                step(random.nextInt(begun.size()), begun, laneOf, run, inFlight);
            }
            if (random.nextInt(20) == 0) {
                machine.keep();
            }
        }
        assertThat(left).as(seed).isEqualTo(entered);
        assertThat(program.holes).as(seed).isZero();
        assertThat(late).as(seed + ": overtaken on the way to the control plane").isZero();
        for (int flow = 1; flow <= Streams.FLOWS; flow++) {
            assertThat(sentOfFlow.get(flow)).as(seed).isSorted();
            for (int at = 0; at < position[flow]; at++) {
                assertThat(program.received[flow][at]).as(seed).isEqualTo((byte) value(flow, at));
            }
        }
        program.notified.forEach(entries -> assertThat(entries).as(seed).isSorted());
    }

    private void enter(Random random, int[] position) {
        int flow = 1 + random.nextInt(Streams.FLOWS);
        switch (random.nextInt(8)) {
            case 0 -> receive(flow, position[flow], Streams.DROP);
            case 1 -> receive(flow, position[flow], Streams.CONTROL);
            case 2, 3, 4 -> send(flow);
            default -> receive(flow, position[flow]++, 0);
        }
    }

    private void take(Random random, List<Work<SegmentMeta>> begun, List<Integer> laneOf, int[] inFlight) {
        int number = random.nextInt(machine.lanes().size());
        Work<SegmentMeta> work = inFlight[number] < 3 ? machine.lanes().get(number).take() : null;
        if (work != null) {
            begun.add(work);
            laneOf.add(number);
            inFlight[number]++;
        }
    }

    private void step(int at, List<Work<SegmentMeta>> begun, List<Integer> laneOf, Set<Work<SegmentMeta>> run, int[] inFlight) {
        Work<SegmentMeta> work = begun.get(at);
        Lane<SegmentMeta> lane = machine.lanes().get(laneOf.get(at));
        boolean isAtomic = lane.shard().place() == PROTOCOL || lane.shard().place() == DMA + 1;
        if (isAtomic && begun.indexOf(begun.stream().filter(other -> laneOf.get(begun.indexOf(other)).equals(laneOf.get(at))
            && !run.contains(other)).findFirst().orElse(work)) < at && !run.contains(work)) {
            return; // one core begins its items in their order
        }
        if (run.add(work)) {
            lane.run(work, 0);
            lane.ran(work, 0);
            if (lane.shard().place() == PROTOCOL && work.item().workflow() == Workflow.RX.ordinal()) {
                passedProtocol[work.item().flow()]++;
            }
        } else if (lane.pass(work, 0)) {
            run.remove(work);
            begun.remove(at);
            inFlight[laneOf.remove(at)]--;
        }
    }

    @Test
    void aPlanMustFitWhatStagesDeclare() {
        StagePlan.Place pre = PLAN.places().getFirst();
        StagePlan leftOut = new StagePlan(PLAN.places(), Map.of(Workflow.RX, new int[] {0, 1, -1, 3, 4},
            Workflow.TX, new int[] {1, -1, 3}), 2, true);
        assertThat(leftOut.check(program)).extracting(String::valueOf)
            .containsExactly("post: the mapping leaves it out [every stage has a place]");
        StagePlan replicated = new StagePlan(List.of(pre, new StagePlan.Place("protocol", Key.NONE, 1, 3, 0)),
            Map.of(Workflow.RX, new int[] {0, 1, 1, 1, 1}, Workflow.TX, new int[] {1, 1, 1}), 1, true);
        assertThat(replicated.check(program)).extracting(String::valueOf).containsExactly(
            "protocol: it is FLOW_ATOMIC and may not be replicated, but any of 3 lanes at protocol would take an item of a FLOW "
                + "[one lane for each FLOW: steer by FLOW]",
            "context: it is SHARDED and may not be replicated, but any of 3 lanes at protocol would take an item of a CONTEXT "
                + "[one lane for each CONTEXT: steer by CONTEXT]");
        StagePlan backwards = new StagePlan(PLAN.places(), Map.of(Workflow.RX, new int[] {0, 1, 3, 2, 4},
            Workflow.TX, new int[] {1, 2, 3}), 2, true);
        assertThat(backwards.check(program)).extracting(String::valueOf).containsExactly(
            "dma: in RX it comes after what runs at dma, but its place post lies before [a bounded ring is not gone back to]");
    }

    @Test
    void itemsOfAFlowThatIsAnotherConnectionsComeToNothing() {
        machine(PLAN);
        receive(1, 0, 0);
        receive(2, 0, 0);
        through(PRE, 1);
        through(PRE, 2);
        try (var state = machine.open(1)) {
            state.clear();
        }
        machine.advance(0);
        assertThat(left).isEqualTo(2);
        assertThat(sent).containsExactly("ACK 2");
    }

    @Test
    void itemWhoseFrameCannotBeKeptIsDroppedBeforeItsNextStage() {
        machine(PLAN);
        retains = false;
        receive(1, 0, 0);
        through(PRE, 1);
        machine.keep();
        machine.advance(0);
        assertThat(left).isEqualTo(1);
        assertThat(sent).isEmpty();
        assertThat(program.received[1][0]).isZero();
        assertThat(machine.isIdle()).isTrue();
    }
}
