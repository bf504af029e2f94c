package org.millrace.bluefield.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.fuse.Fused;
import org.millrace.code.fuse.Fuser;
import org.millrace.code.fuse.StageCall;
import org.millrace.code.fuse.StagePlace;
import org.millrace.execution.RowPlan;
import org.millrace.execution.StateTable;
import org.millrace.execution.Step;
import org.millrace.tcp.laminar.transmit.TransmitHeads;

/** One workflow of a program with its own state, run stage by stage or fused, and all that can be seen of a pass. */
final class Side<M extends SegmentMeta> {
    private static final int BASE = 3;

    final Program<M> program;
    final RecordedHost host;
    final Map<String, StateTable> tables;
    final int[] words;
    private final List<Step<? super M, ?>> steps;
    private final Fused fused;
    private final M meta;
    private final int length;
    private final MemorySegment header = Arena.ofAuto().allocate(256);
    private long mirrored;

    /** A step as a call. */
    private record Call(Step<?, ?> step) implements StageCall {
        @Override
        public long run(SegmentMeta meta, long nowNs) {
            return step.run(meta, nowNs);
        }

        @Override
        public long failed(Throwable thrown) {
            return step.failed(thrown);
        }
    }

    Side(Program<M> program, RecordedHost host, Workflow workflow, boolean isFused) {
        this.program = program;
        this.host = host;
        tables = StateTable.of(program, RecordedHost.CAPACITY, RowPlan.PACKED);
        steps = program.stages(workflow).stream().<Step<? super M, ?>>map(this::step).toList();
        fused = isFused ? new Fuser(program).fuse(workflow, places()) : null;
        meta = program.newMeta();
        length = Layout.of(meta.getClass()).words();
        words = new int[BASE + length];
        ViewCursor.move(meta, words, BASE);
    }

    private <S extends State> Step<? super M, S> step(Stage<? super M, S> stage) {
        return new Step<>(stage, tables.get(stage.spec().name()), stage.spec().state().get(), program);
    }

    List<StagePlace> places() {
        return steps.stream().map(Side::place).toList();
    }

    private static StagePlace place(Step<?, ?> step) {
        StateTable table = step.table();
        return new StagePlace(step.stage(), step.view().getClass(), table.key(), table.words(), table.first(), table.keys(),
            table.stride(), table.offset(), new Call(step));
    }

    /** {@return what Laminar keeps on the host beside its tables; null: the program has no such part} */
    TransmitHeads heads() throws IllegalAccessException {
        for (Field field : program.getClass().getDeclaredFields()) {
            if (field.getType() == TransmitHeads.class) {
                field.setAccessible(true);
                return (TransmitHeads) field.get(program);
            }
        }
        return null;
    }

    /** {@return what has become of an item with these words, as far as anybody may see it} */
    Map<String, Object> run(int[] item, long nowNs) {
        Arrays.fill(words, 0x7e57_7e57);
        System.arraycopy(item, 0, words, BASE, length);
        Map<String, Object> seen = new LinkedHashMap<>();
        try {
            long verdict = fused != null ? fused.run(meta, this::mirror, nowNs) : eachStage(nowNs);
            seen.put("verdict", Long.toHexString(verdict));
            metadata(verdict, seen);
        } catch (RuntimeException e) {
            seen.put("thrown", (e.getCause() == null ? e : e.getCause()).getClass()); // a frequent one loses its message
        }
        seen.put("mirrored", mirrored);
        seen.put("calls", host.calls);
        seen.put("next", program.scheduler().next(nowNs));
        return seen;
    }

    private void mirror(long verdict, SegmentMeta item) {
        if ((verdict & Verdict.MIRROR) == 0) {
            return;
        }
        mirrored = mirrored * 31 + Verdict.session(verdict);
        for (MirrorSession session : program.mirrors()) {
            for (Layout.Field field : Layout.of(meta.getClass()).fields()) {
                if (session.fields().contains(field.name())) {
                    int value = words[BASE + (field.offset() >> 2)] >>> ((field.offset() & 3) << 3);
                    mirrored = mirrored * 31 + (field.bits() == 32 ? value : value & (1 << field.bits()) - 1);
                }
            }
        }
    }

    private long eachStage(long nowNs) {
        long digest = 0;
        for (Step<? super M, ?> step : steps) {
            long verdict = step.run(meta, nowNs);
            mirror(verdict, meta);
            digest |= verdict & Verdict.DIGEST;
            if (Verdict.action(verdict) != Verdict.NEXT) {
                return verdict | digest;
            }
        }
        return digest;
    }

    private void metadata(long verdict, Map<String, Object> seen) {
        boolean all = (verdict & Verdict.DIGEST) != 0 || Verdict.action(verdict) == Verdict.CONTROL;
        int visible = all ? length : SegmentMeta.BYTES / 4;
        for (int i = 0; i < visible; i++) {
            seen.put("word " + i, Integer.toHexString(words[BASE + i]));
        }
        if (Verdict.action(verdict) == Verdict.EMIT) {
            header.fill((byte) 0);
            seen.put("header bytes", program.codec().write(meta, header, 0));
            seen.put("header", Arrays.hashCode(header.toArray(ValueLayout.JAVA_BYTE)));
            seen.put("segment size", program.codec().segmentSize(meta));
        }
    }
}
