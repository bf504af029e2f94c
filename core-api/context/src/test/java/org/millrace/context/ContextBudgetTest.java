package org.millrace.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Limit;
import org.millrace.api.context.LimitException;
import org.millrace.context.ContextBudget.Lease;
import org.millrace.context.ContextBudget.Limits;
import org.millrace.context.ContextBudget.Resource;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.SharedMemory;

class ContextBudgetTest {
    private static final int PAGE = 4096;
    private static final int ANN = 1000;
    private static final int BOB = 1001;

    private final Map<Resource, Long> all = limits(4, 100, 1 << 20, 64 * PAGE);
    private final Map<Resource, Long> user = limits(3, 60, 1 << 19, 32 * PAGE);
    private final ContextBudget budget = new ContextBudget(new Limits(all, user));

    private static Map<Resource, Long> limits(long contexts, long connections, long reserved, long touched) {
        return new EnumMap<>(Map.of(Resource.CONTEXTS, contexts, Resource.CONNECTIONS, connections,
            Resource.RESERVED_BYTES, reserved, Resource.TOUCHED_BYTES, touched));
    }

    private Limit standing(String key) {
        return budget.standings().stream().filter(limit -> limit.key().equals(key)).findFirst().orElseThrow();
    }

    private void refused(String key, Runnable taking) {
        long before = standing(key).refused();
        assertThatThrownBy(taking::run).isInstanceOf(LimitException.class).hasMessageContaining(key)
            .extracting("key").isEqualTo(key);
        assertThat(standing(key).refused()).isEqualTo(before + 1);
    }

    @Test
    void oneUserCannotTakeAllContexts() {
        for (int i = 0; i < 3; i++) {
            budget.take(ANN, 1, PAGE);
        }
        refused("limits.user.contexts", () -> budget.take(ANN, 1, PAGE));
        Lease bobs = budget.take(BOB, 1, PAGE);
        refused("contexts", () -> budget.take(BOB, 1, PAGE));
        bobs.close();
        bobs.close();
        budget.take(BOB, 1, PAGE);
        assertThat(standing("contexts").taken()).isEqualTo(4);
        assertThat(standing("limits.user.contexts").taken()).isEqualTo(3);
    }

    @Test
    void contextOfSeveralShardsIsOneContextWithRoomInEach() {
        for (int i = 0; i < 3; i++) {
            budget.take(ANN, 10, PAGE);
            budget.takeFurther(ANN, 10, PAGE);
        }
        assertThat(standing("limits.user.contexts").taken()).isEqualTo(3);
        assertThat(standing("limits.user.connections").taken()).isEqualTo(60);
        refused("limits.user.connections", () -> budget.takeFurther(ANN, 1, PAGE));
        Lease first = budget.take(BOB, 1, PAGE);
        Lease further = budget.takeFurther(BOB, 7, PAGE);
        budget.measure();
        first.close(); // in whatever order they end
        assertThat(standing("limits.connections").taken()).isEqualTo(67);
        further.close();
        assertThat(standing("limits.connections").taken()).isEqualTo(60);
        assertThat(standing("contexts").taken()).isEqualTo(3);
    }

    @Test
    void connectionsAndAddressSpaceAreTakenOrRefusedWhole() {
        budget.take(ANN, 60, 1 << 18);
        refused("limits.user.connections", () -> budget.take(ANN, 1, PAGE));
        refused("limits.user.reserved-bytes", () -> budget.take(BOB, 1, (1 << 19) + 1));
        refused("limits.connections", () -> budget.take(BOB, 41, PAGE));
        budget.take(BOB, 40, 1 << 19);
        assertThat(standing("limits.connections").taken()).isEqualTo(100);
        assertThat(standing("limits.reserved-bytes").taken()).isEqualTo((1 << 18) + (1 << 19));
    }

    @Test
    void memoryThatIsClosedGivesItsLeaseBack() {
        SharedMemory memory = budget.take(ANN, 2, 8 * PAGE).holds(MappedRegion.create("test", 8 * PAGE));
        memory.segment().fill((byte) 1);
        budget.measure();
        assertThat(standing("limits.touched-bytes").taken()).isEqualTo(8 * PAGE);
        assertThat(memory.release(0, 8 * PAGE)).isEqualTo(8 * PAGE);
        budget.measure();
        assertThat(standing("limits.touched-bytes").taken()).as("pages given back").isZero();
        memory.close();
        budget.measure();
        assertThat(budget.standings()).allMatch(limit -> limit.taken() == 0);
    }

    @Test
    void whoTouchesTooMuchLosesTheContextThatHoldsMostAndNobodyElseAny() {
        AtomicInteger anns = new AtomicInteger();
        AtomicInteger annsBig = new AtomicInteger();
        AtomicInteger bobs = new AtomicInteger();
        touch(ANN, 8, anns);
        SharedMemory big = touch(ANN, 25, annsBig);
        touch(BOB, 30, bobs);
        budget.measure();
        assertThat(annsBig).hasValue(1);
        assertThat(anns).hasValue(0);
        assertThat(bobs).hasValue(0);
        assertThat(standing("limits.user.touched-bytes").refused()).isEqualTo(1);
        refused("limits.user.touched-bytes", () -> budget.take(ANN, 1, PAGE));
        big.close();
        budget.measure();
        budget.take(ANN, 1, PAGE).close();
        assertThat(annsBig).hasValue(1);
    }

    private SharedMemory touch(int owner, int pages, AtomicInteger turnedOut) {
        Lease lease = budget.take(owner, 1, pages * PAGE);
        SharedMemory memory = lease.holds(MappedRegion.create("test", pages * PAGE));
        memory.segment().fill((byte) 1);
        lease.onExcess(turnedOut::incrementAndGet);
        return memory;
    }
}
