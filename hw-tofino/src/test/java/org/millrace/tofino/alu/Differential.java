package org.millrace.tofino.alu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Source;
import org.millrace.code.analysis.StageAnalysis;

/**
 * A stage's real class against its derived paths and its derived ALU instructions, on random inputs: exactly one path
 * must hold, and all must leave the same state, metadata and verdict.
 */
public final class Differential<M extends SegmentMeta, S extends State> {
    private static final int[] CORNERS = {0, 1, 2, 3, -1, 100, Integer.MAX_VALUE, Integer.MIN_VALUE};

    private final Stage<M, S> stage;
    private final M meta;
    private final S state;
    private final Layout metaLayout;
    private final Layout stateLayout;
    private final Random random;
    private final Map<Input, Integer> before = new HashMap<>();
    private long nowNs;

    public Differential(Stage<M, S> stage, M meta, long seed) {
        this.stage = stage;
        this.meta = meta;
        state = stage.spec().state().get();
        metaLayout = Layout.of(meta.getClass());
        stateLayout = Layout.of(state.getClass());
        random = new Random(seed);
    }

    /** {@return how many of the inputs met the assumptions, and so were put to the ALU too} */
    public int run(StageAnalysis analysis, RegisterPlan plan, int inputs) {
        Emulator emulator = new Emulator(plan);
        int[] metaWords = new int[metaLayout.words()];
        int[] stateWords = new int[stateLayout.words()];
        ViewCursor.move(meta, metaWords, 0);
        ViewCursor.move(state, stateWords, 0);
        int emulated = 0;
        for (int i = 0; i < inputs; i++) {
            draw(metaWords, stateWords);
            String input = before.toString();
            long verdict = stage.process(meta, state, nowNs);
            Map<Input, Integer> state1 = new HashMap<>();
            Map<Input, Integer> meta1 = new HashMap<>();
            analysis.state().forEach((f, w) -> state1.put(f, (int) w.value().eval(this::value)));
            analysis.meta().forEach((f, w) -> meta1.put(f, (int) w.value().eval(this::value)));
            same("analysis", input, metaWords, stateWords, verdict, meta1, state1, analysis.verdict().eval(this::value));
            if (plan.assumptions().stream().allMatch(e -> e.eval(this::value) >= 0)) {
                emulated++;
                Emulator.Result r = emulator.run(stage.getClass(), this::value);
                Map<Input, Integer> all = new HashMap<>(meta1);
                List<Input> columns = RegisterChecker.columns(analysis);
                columns.forEach(all::remove);
                all.putAll(r.meta());
                same("ALU", input, metaWords, stateWords, verdict, all, r.state(),
                    columns.contains(StageAnalysis.VERDICT) ? r.verdict() : analysis.verdict().eval(this::value));
            }
        }
        return emulated;
    }

    private long value(Input in) {
        return in.source() == Source.NOW ? nowNs : before.getOrDefault(in, 0);
    }

    private void draw(int[] metaWords, int[] stateWords) {
        before.clear();
        int base = random.nextInt(3) == 0 ? random.nextInt(5000) : random.nextInt();
        nowNs = random.nextLong() >>> 8;
        draw(metaLayout, metaWords, Source.META, base);
        draw(stateLayout, stateWords, Source.STATE, base);
    }

    private void draw(Layout layout, int[] words, Source source, int base) {
        java.util.Arrays.fill(words, 0);
        for (Layout.Field f : layout.fields()) {
            int mask = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            int value = (f.bits() < 32 ? random.nextInt(10) : switch (random.nextInt(8)) {
                case 0 -> random.nextInt();
                case 1 -> CORNERS[random.nextInt(CORNERS.length)];
                case 2, 3 -> base;
                default -> base + random.nextInt(2000) - 1000;
            }) & mask;
            words[f.offset() >> 2] |= value << ((f.offset() & 3) << 3);
            before.put(new Input(source, f.name(), f.offset(), f.bits()), value);
        }
    }

    private void same(String what, String input, int[] metaWords, int[] stateWords, long verdict,
                      Map<Input, Integer> newMeta, Map<Input, Integer> newState, long newVerdict) {
        check(what, input, metaLayout, Source.META, metaWords, newMeta);
        check(what, input, stateLayout, Source.STATE, stateWords, newState);
        if (newVerdict != verdict) {
            throw new AssertionError(what + ": verdict " + newVerdict + " instead of " + verdict + " for " + input);
        }
    }

    private void check(String what, String input, Layout layout, Source source, int[] words, Map<Input, Integer> now) {
        for (Layout.Field f : layout.fields()) {
            int mask = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            int real = words[f.offset() >> 2] >>> ((f.offset() & 3) << 3) & mask;
            Input in = new Input(source, f.name(), f.offset(), f.bits());
            int derived = now.getOrDefault(in, before.get(in)) & mask;
            if (real != derived) {
                throw new AssertionError(what + ": " + f.name() + " is " + derived + " instead of " + real + " for "
                    + input);
            }
        }
    }
}
