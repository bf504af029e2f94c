package org.millrace.bluefield.replica;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;

/**
 * Two replicas of a stage work through the same items as one, interleaved at every access, and come to the same state and
 * the same items. Runs in a {@link TurnsLoader}; answers with a line a stage: {@code program workflow stage: seeds of 20
 * that differ}.
 */
public final class Replicas implements Callable<Map<String, Integer>> {
    private static final int SEEDS = 20;
    private static final int ITEMS = 40;
    private static final int FLOWS = 3;

    private final Map<String, Integer> differing = new LinkedHashMap<>();

    /** Counts as a stage of one replica would. */
    private record Naive(StageSpec<Count> spec) implements Stage<SegmentMeta, Count> {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            count.items(count.items() + 1);
            return Verdict.NEXT;
        }
    }

    private static final class Count extends State {
        int items() {
            return i32(0);
        }

        void items(int v) {
            i32(0, v);
        }
    }

    @Override
    public Map<String, Integer> call() {
        stages(program(new FlexToeFactory(), Map.of()));
        stages(program(new LaminarFactory(), Map.of()));
        run("a stage that is not: naive", new Naive(StageSpec.perFlow("naive", StageSpec.Concurrency.COMMUTATIVE,
            Count::new, List.of())), new SegmentMeta(), new SegmentMeta(), Workflow.RX);
        return differing;
    }

    private <M extends SegmentMeta> void stages(Program<M> program) {
        for (Workflow workflow : Workflow.values()) {
            for (Stage<? super M, ?> stage : program.stages(workflow)) {
                if (stage.spec().concurrency().isReplicable()) {
                    run(program.name() + " " + workflow + " " + stage.spec().name(), stage, program.newMeta(),
                        program.newMeta(), workflow);
                }
            }
        }
    }

    private <M extends SegmentMeta, S extends State> void run(String name, Stage<? super M, S> stage, M meta, M other,
                                                            Workflow workflow) {
        int count = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Run<M, S> alone = new Run<>(stage, meta, workflow, seed);
            Run<M, S> both = new Run<>(stage, meta, workflow, seed);
            alone.replica(meta, 0, 1).run();
            Turns.run(seed, List.of(both.replica(meta, 0, 2), both.replica(other, 1, 2)));
            count += alone.isLike(both) ? 0 : 1;
        }
        differing.put(name, count);
    }

    /** Items and state, random but for the keys. */
    private static final class Run<M extends SegmentMeta, S extends State> {
        private final Stage<? super M, S> stage;
        private final int[] state;
        private final int stateWords;
        private final int[][] items;
        private final long[] verdicts = new long[ITEMS];

        Run(Stage<? super M, S> stage, M meta, Workflow workflow, long seed) {
            this.stage = stage;
            Random random = new Random(seed);
            stateWords = Layout.of(stage.spec().state().get().getClass()).words();
            state = random(random, stateWords * FLOWS);
            items = new int[ITEMS][];
            for (int i = 0; i < ITEMS; i++) {
                items[i] = random(random, Layout.of(meta.getClass()).words());
                ViewCursor.move(meta, items[i], 0);
                meta.flow(1 + random.nextInt(FLOWS));
                meta.workflow(workflow.ordinal());
            }
        }

        private static int[] random(Random random, int words) {
            return random.ints(words).map(word -> random.nextBoolean() ? word : word & 0x01000101).toArray();
        }

        Runnable replica(M meta, int first, int step) {
            S view = stage.spec().state().get();
            return () -> {
                for (int i = first; i < ITEMS; i += step) {
                    ViewCursor.move(meta, items[i], 0);
                    ViewCursor.move(view, state, (meta.flow() - 1) * stateWords);
                    verdicts[i] = stage.process(meta, view, 1_000_000L * i);
                }
            };
        }

        boolean isLike(Run<M, S> other) {
            return Arrays.equals(state, other.state) && Arrays.deepEquals(items, other.items)
                && Arrays.equals(verdicts, other.verdicts);
        }
    }

    private static Program<?> program(TransportFactory factory, Map<String, String> options) {
        PortInfo port = new PortInfo("test", 2, 1500, 1514, false, false, false);
        Class<?>[] services = {TransportHost.class, FlowLookup.class, PayloadDma.class, ContextQueue.class};
        return factory.create((TransportHost) Proxy.newProxyInstance(Replicas.class.getClassLoader(), services,
            (proxy, method, arguments) -> switch (method.getName()) {
                case "externs" -> new BluefieldBackend().externs(new HostServices((FlowLookup) proxy, (PayloadDma) proxy,
                    (ContextQueue) proxy, 0), new Capacity(FLOWS, 1));
                case "options" -> options;
                case "capacity" -> new Capacity(FLOWS, 1);
                case "port" -> port;
                case "secret" -> new byte[16];
                default -> method.getReturnType() == int.class ? 1 : method.getReturnType() == boolean.class ? true
                    : method.getReturnType().isInstance(proxy) ? proxy : null;
            })).program();
    }
}
