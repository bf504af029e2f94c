package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.ViewCursor;

class StateTableTest {
    private static final Capacity CAPACITY = new Capacity(5, 3);

    static final class Small extends State {
        int a() {
            return i32(0);
        }

        void a(int v) {
            i32(0, v);
        }

        void b(int v) {
            i32(8, v);
        }
    }

    static final class Board extends State {
        int word(int index) {
            return i32(4, 16, index);
        }

        void word(int index, int v) {
            i32(4, 16, index, v);
        }
    }

    private static final List<StageSpec<?>> SPECS = List.of(
        StageSpec.perFlow("pre", Concurrency.STATELESS, Small::new, List.of()),
        StageSpec.perFlow("protocol", Concurrency.FLOW_ATOMIC, Board::new, List.of()),
        StageSpec.perFlow("push", Concurrency.FLOW_ATOMIC, State.None::new, List.of()),
        new StageSpec<>("context", Key.CONTEXT, Concurrency.SHARDED, Small::new, List.of()),
        StageSpec.stateless("find", List.of()));

    static List<RowPlan> plans() {
        return List.of(RowPlan.PACKED, RowPlan.LINES, RowPlan.split(name -> name));
    }

    @Test
    void packedRowsAreAsShortAsTheyCanBe() {
        StateTable protocol = StateTable.of(SPECS, CAPACITY, RowPlan.PACKED).get("protocol");
        assertThat(protocol.stride()).isEqualTo(3 + 17);
        assertThat(protocol.words()).hasSize(5 * 20);
        assertThat(protocol.offset()).isEqualTo(3);
    }

    @Test
    void rowsOnLinesBeginAtALineAndEndBeforeTheNext() {
        Map<String, StateTable> tables = StateTable.of(SPECS, CAPACITY, RowPlan.LINES);
        assertThat(tables.get("pre").stride()).isEqualTo(32);
        assertThat(tables.get("pre").offset() + 4).as("behind the array's header").isEqualTo(RowPlan.LINE_WORDS);
        assertThat(tables.get("protocol").offset()).isEqualTo(12 + 3);
        assertThat(tables.get("protocol").words()).isSameAs(tables.get("pre").words()).hasSize(12 + 5 * 32);
    }

    @Test
    void groupsHaveRowsOfTheirOwn() {
        Map<String, StateTable> tables = StateTable.of(SPECS, CAPACITY, RowPlan.split(name ->
            name.equals("protocol") ? "atomic" : "replicated"));
        assertThat(tables.get("protocol").words()).isNotSameAs(tables.get("pre").words());
        assertThat(tables.get("protocol").stride()).isEqualTo(32);
        assertThat(tables.get("pre").stride()).isEqualTo(16);
        assertThat(tables.get("push").words()).isSameAs(tables.get("pre").words());
    }

    /** Every word of every entry is one's own, whatever the index that an item brings. */
    @ParameterizedTest
    @MethodSource("plans")
    void entriesNeverMeet(RowPlan plan) {
        Map<String, StateTable> tables = StateTable.of(SPECS, CAPACITY, plan);
        SegmentMeta meta = new SegmentMeta();
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / 4], 0);
        Small small = new Small();
        Board board = new Board();
        ViewCursor.move(small, tables.get("pre").words(), 0);
        ViewCursor.move(board, tables.get("protocol").words(), 0);
        for (int flow = 1; flow <= 5; flow++) {
            meta.flow(flow);
            assertThat(tables.get("pre").move(meta, small)).isTrue();
            assertThat(tables.get("protocol").move(meta, board)).isTrue();
            small.a(flow);
            small.b(flow);
            for (int index = -40; index < 40; index++) {
                board.word(index, flow * 100 + (index & 15));
            }
        }
        Set<Integer> words = new HashSet<>();
        for (int flow = 1; flow <= 5; flow++) {
            tables.get("pre").place(small, flow);
            tables.get("protocol").place(board, flow);
            assertThat(small.a()).isEqualTo(flow);
            for (int index = 0; index < 16; index++) {
                words.add(board.word(index));
            }
        }
        assertThat(words).hasSize(5 * 16).contains(100, 515);
        tables.get("protocol").clear(3);
        tables.get("protocol").place(board, 3);
        assertThat(board.word(7)).isZero();
        tables.get("protocol").place(board, 4);
        assertThat(board.word(0)).isEqualTo(400);
        meta.flow(6);
        assertThat(tables.get("pre").move(meta, small)).isFalse();
    }
}
