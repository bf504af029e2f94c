package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

class ItemsTest {
    private static final Layout LAYOUT = Layout.of(SegmentMeta.class);

    private final Items<SegmentMeta> items = new Items<>(SegmentMeta::new, LAYOUT, 100, 10);

    @Test
    void eachItemHasMetadataOfItsOwnWhichIsZero() {
        List<SegmentMeta> taken = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            SegmentMeta item = items.take(Workflow.TX);
            assertThat(item.position()).isZero();
            assertThat(item.payload()).isZero();
            assertThat(item.workflow()).isEqualTo(Workflow.TX.ordinal());
            item.position(i);
            item.payload(-i);
            taken.add(item);
        }
        for (int i = 0; i < 90; i++) {
            assertThat(taken.get(i).position()).isEqualTo(i);
            assertThat(taken.get(i).payload()).isEqualTo(-i);
        }
    }

    @Test
    void theOneReleasedLastIsTakenNext() {
        SegmentMeta first = items.take(Workflow.RX);
        SegmentMeta second = items.take(Workflow.RX);
        items.release(first);
        items.release(second);
        assertThat(items.take(Workflow.HC)).isSameAs(second);
        assertThat(items.take(Workflow.HC)).isSameAs(first);
    }

    @Test
    void segmentsLeaveTheReserveToHostControlAndCopies() {
        for (int i = 0; i < 90; i++) {
            assertThat(items.hasRoom()).isTrue();
            assertThat(items.take(i % 2 == 0 ? Workflow.RX : Workflow.TX)).isNotNull();
        }
        assertThat(items.hasRoom()).isFalse();
        assertThat(items.take(Workflow.RX)).isNull();
        assertThat(items.take(Workflow.TX)).isNull();
        for (int i = 0; i < 10; i++) {
            assertThat(items.take(i % 2 == 0 ? Workflow.HC : Workflow.MIRROR)).isNotNull();
        }
        assertThat(items.take(Workflow.HC)).isNull();
        assertThat(items.inUse()).isEqualTo(100);
        assertThat(items.refused()).isEqualTo(3);
    }

    @Test
    void aSecondReleaseIsAnError() {
        SegmentMeta item = items.take(Workflow.RX);
        items.take(Workflow.RX);
        items.release(item);
        assertThatThrownBy(() -> items.release(item)).isInstanceOf(AssertionError.class).hasMessageContaining("twice");
    }

    @Test
    void aQueueKeepsOrderAndNumbersWhileItGrowsAndWraps() {
        long seed = 5;
        Random random = new Random(seed);
        Items<SegmentMeta> many = new Items<>(SegmentMeta::new, LAYOUT, 1000, 0);
        ItemQueue<SegmentMeta> queue = new ItemQueue<>();
        Deque<Integer> model = new ArrayDeque<>();
        for (int n = 0; n < 5000; n++) {
            if (random.nextInt(100) < 53 && many.hasRoom()) {
                SegmentMeta item = many.take(Workflow.TX);
                item.flow(n);
                queue.add(item, -n);
                model.add(n);
            } else if (!model.isEmpty()) {
                int expected = model.poll();
                assertThat(queue.tag()).as("seed %d", seed).isEqualTo(-expected);
                assertThat(queue.get(0).flow()).isEqualTo(expected);
                SegmentMeta item = queue.take();
                assertThat(item.flow()).as("seed %d", seed).isEqualTo(expected);
                many.release(item);
            }
            assertThat(queue.size()).isEqualTo(model.size()).isEqualTo(many.inUse());
        }
    }

    private MirrorQueue<SegmentMeta> mirrors(String... fields) {
        return new MirrorQueue<>(List.of(new MirrorSession(2, Workflow.MIRROR, List.of(fields))), LAYOUT, items);
    }

    @Test
    void aCopyIsAnItemOfItsOwn() {
        MirrorQueue<SegmentMeta> mirrors = mirrors("flow", "ecn");
        SegmentMeta item = items.take(Workflow.RX);
        item.flow(7);
        item.ecn(3);
        item.frame(9);
        item.payload(4);
        assertThat(mirrors.mirror(Verdict.NEXT, item, 0)).isFalse();
        assertThat(mirrors.mirror(Verdict.DONE | Verdict.mirror(2), item, 50)).isTrue();
        mirrors.mirror(Verdict.mirror(1), item, 60); // no such session
        item.flow(8);
        items.release(item);
        assertThat(mirrors.size()).isEqualTo(1);
        assertThat(mirrors.due()).isEqualTo(50);
        SegmentMeta copy = mirrors.take();
        assertThat(copy).isNotSameAs(item);
        assertThat(List.of(copy.flow(), copy.ecn(), copy.frame(), copy.payload(), copy.workflow()))
            .containsExactly(7, 3, 0, 0, Workflow.MIRROR.ordinal());
        items.release(copy);
        assertThat(items.inUse()).isZero();
    }

    @Test
    void aCopyForWhichNoItemIsLeftIsCounted() {
        MirrorQueue<SegmentMeta> mirrors = mirrors("flow");
        SegmentMeta item = items.take(Workflow.RX);
        for (int i = 0; i < 102; i++) {
            mirrors.mirror(Verdict.mirror(2), item, i);
        }
        assertThat(mirrors.size()).isEqualTo(99);
        assertThat(items.refused()).isEqualTo(3);
    }

    @Test
    void frameAndPayloadStayWithTheirItem() {
        assertThatThrownBy(() -> mirrors("flow", "payload"))
            .hasMessage("mirror session 2 carries payload, which stays with the item that came with it");
        assertThatThrownBy(() -> mirrors("frame"))
            .hasMessage("mirror session 2 carries frame, which stays with the item that came with it");
    }
}
