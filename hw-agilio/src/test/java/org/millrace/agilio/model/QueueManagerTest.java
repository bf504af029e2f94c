package org.millrace.agilio.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.model.QueueManager.Way;

/** What the queue manager issues, for how much a flow is said to have. */
class QueueManagerTest {
    private static final int SEGMENT = 1448;

    private final QueueManager manager = new QueueManager(Machine.nfp4000(), 8);

    @Test
    void segmentsOfAFlowAreIssuedWithoutBeingAskedAgain() {
        manager.submit(1, SEGMENT + 600, 0);
        assertThat(manager.next(0)).isEqualTo(1);
        assertThat(manager.way()).isEqualTo(Way.LOCAL);
        assertThat(manager.next(0)).isEqualTo(1);
        assertThat(manager.way()).isEqualTo(Way.QUEUE);
        assertThat(manager.next(0)).isZero();
        assertThat(manager.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatHasBeenIssuedIsTakenOff() {
        manager.submit(1, SEGMENT + 600, 0);
        manager.next(0);
        manager.next(0);
        manager.submit(1, SEGMENT + 600, 0);
        assertThat(manager.next(0)).as("both are on their way").isZero();
        manager.decided(1, true, SEGMENT);
        manager.submit(1, 600, 0);
        assertThat(manager.next(0)).as("one is").isZero();
        manager.decided(1, true, 600);
        manager.submit(1, 500, 0);
        assertThat(manager.next(0)).isEqualTo(1);
    }

    @Test
    void aFlowThatHadNothingAndHasLittleBypassesTheManagerUnlessThatIsOff() {
        manager.submit(1, 64, 0);
        assertThat(manager.next(0)).isEqualTo(1);
        assertThat(manager.way()).isEqualTo(Way.BYPASS);
        QueueManager published = new QueueManager(Machine.nfp4000(Map.of("scheduler.bypass", "0")), 8);
        published.submit(1, 64, 0);
        assertThat(published.next(0)).isEqualTo(1);
        assertThat(published.way()).isEqualTo(Way.QUEUE);
    }

    @Test
    void segmentsOfAPacedFlowWaitInTheWheelForAsLongAsTheyTake() {
        manager.decided(1, true, SEGMENT);
        manager.charge(1, 0, 10_000);
        manager.submit(1, 2 * SEGMENT, 0);
        assertThat(manager.next(0)).isZero();
        assertThat(manager.deadlineNs()).isBetween(10_000L, 10_320L);
        assertThat(manager.next(9_600)).isZero();
        assertThat(manager.next(10_320)).isEqualTo(1);
        assertThat(manager.way()).isEqualTo(Way.SLOT);
        assertThat(manager.next(10_320)).as("the next one waits as long again").isZero();
        assertThat(manager.next(20_800)).isEqualTo(1);
    }

    @Test
    void aFlowThatTheStageSaysNothingOfHasOneSegment() {
        manager.submit(1, 0);
        manager.submit(2, 0);
        assertThat(manager.next(0)).isEqualTo(1);
        assertThat(manager.next(0)).isEqualTo(2);
        assertThat(manager.next(0)).isZero();
    }

    @Test
    void anotherConnectionsFlowHasNothing() {
        manager.submit(1, 5 * SEGMENT, 0);
        assertThat(manager.next(0)).isEqualTo(1);
        manager.reset(1);
        manager.next(0);
        assertThat(manager.next(0)).as("at most the turn that was queued already").isZero();
    }
}
