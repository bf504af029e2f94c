package org.millrace.runtime.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.millrace.runtime.operate.TwoShards.STREAMS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.StreamSocket;

/** What changes in an instance with two data paths: extensions, swaps with a canary, and one that fails. */
@Timeout(60)
class ShardedChangesTest {
    @TempDir
    Path temporary;

    private TwoShards shards;

    @BeforeEach
    void start() throws IOException {
        shards = new TwoShards(temporary.resolve("server"));
    }

    @AfterEach
    void close() {
        shards.close();
    }

    /** Counts what comes for each context; its state is each load's own, its stage one object. */
    private static class Counter implements StageExtension {
        /** Segments. */
        public static final class Count extends State {
            public int counted() {
                return i32(0);
            }

            void more() {
                add(0, 1);
            }
        }

        private record Counting(StageSpec<Count> spec) implements Stage<SegmentMeta, Count> {
            @Override
            public long process(SegmentMeta meta, Count count, long nowNs) {
                count.more();
                return Verdict.NEXT;
            }
        }

        private final Counting stage = new Counting(new StageSpec<>("counter", StageSpec.Key.CONTEXT, StageSpec.Concurrency.COMMUTATIVE,
            Count::new, List.of()));

        @Override
        public String name() {
            return "counter";
        }

        @Override
        public StagePoint point() {
            return StagePoint.last(Workflow.RX);
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return stage;
        }
    }

    @Test
    void extensionRunsOnBothAndIsShownAsOne() throws Exception {
        shards.server.insert(new Counter());
        shards.echoAll();
        List<DataPathStatus> each = shards.operations.figuresByShard();
        Map<String, Long> counters = DataPathStatus.merged(each).counters();
        String name = counters.keySet().stream().filter(key -> key.endsWith("counted")).findFirst().orElseThrow();
        assertThat(each).allSatisfy(shard -> assertThat(shard.counters().get(name)).isPositive());
        assertThat(counters.get(name)).isGreaterThanOrEqualTo(STREAMS)
            .isEqualTo(each.stream().mapToLong(shard -> shard.counters().get(name)).sum());
    }

    @Test
    void extensionThatRecordsInOnePlaceIsForOneShard() throws Exception {
        StageExtension recording = new Counter() {
            @Override
            public Optional<Recorder> recorder() {
                return Optional.of((meta, point, verdict, nowNs) -> { });
            }
        };
        assertThatThrownBy(() -> shards.server.insert(recording)).hasMessage("extension counter has a recorder, which the threads of 2 shards"
            + " would write at once: it is for an instance of one");
        assertThat(shards.server.extensions()).isEmpty();
        shards.client.insert(recording);
        assertThat(shards.client.extensions()).containsExactly(recording);
    }

    /** Loses all payload, or throws: nothing that a swap without a rehearsal would show. */
    private record Breaking(StageSpec<State.None> spec, boolean throwing) implements Stage<SegmentMeta, State.None>, StageExtension {
        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            if (meta.payloadLength() > 0 && throwing) {
                throw new IllegalStateException("a bad program");
            }
            return meta.payloadLength() > 0 ? Verdict.drop(DropReason.NO_BUFFER.code()) : Verdict.NEXT;
        }

        @Override
        public String name() {
            return "breaking";
        }

        @Override
        public StagePoint point() { // behind the others, so that what belongs to no connection does not come to it
            return throwing ? StagePoint.last(Workflow.RX) : StagePoint.first(Workflow.RX);
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return this;
        }
    }

    /** FlexTOE with a stage that breaks it. */
    private static final class Broken extends FlexToeFactory {
        private final boolean throwing;

        Broken(boolean throwing) {
            this.throwing = throwing;
        }

        @Override
        public String name() {
            return "tcp-broken";
        }

        @Override
        public Transport create(TransportHost host) {
            Transport transport = super.create(host);
            Program<?> program = new StageExtensions(List.of(new Breaking(StageSpec.stateless("breaking", List.of()), throwing)))
                .extend(transport.program());
            return new Transport() {
                @Override
                public Program<?> program() {
                    return program;
                }

                @Override
                public ControlPlane control() {
                    return transport.control();
                }
            };
        }
    }

    /** Swaps with a canary, while a message is on its way over each stream again and again. */
    private SwapReport swapUnderWay(TransportFactory factory, long canaryNs) throws Exception {
        CompletableFuture<SwapReport> swap = CompletableFuture.supplyAsync(() -> {
            try {
                return shards.server.swap(request(factory), canaryNs, () -> { });
            } catch (SwapException e) {
                throw new CompletionException(e);
            }
        });
        int[] missing = new int[STREAMS];
        shards.until(() -> {
            for (int i = 0; i < STREAMS; i++) {
                missing[i] -= Math.max(0, shards.streams.get(i).read(ByteBuffer.allocate(1000)));
                missing[i] += missing[i] == 0 && !swap.isDone() ? shards.streams.get(i).write(ByteBuffer.allocate(1000)) : 0;
            }
            shards.calling.flush();
            return swap.isDone() && IntStream.of(missing).allMatch(bytes -> bytes == 0);
        });
        try {
            return swap.join();
        } catch (CompletionException e) {
            throw (SwapException) e.getCause();
        }
    }

    private List<String> running() {
        return shards.server.shardLines().stream().flatMap(shard -> shard.transports().stream()).toList();
    }

    @Test
    void canaryThatIsAsGoodIsFollowedByTheRest() throws Exception {
        SwapReport report = swapUnderWay(new LaminarFactory(), 200_000_000);
        assertThat(report.canary()).startsWith("shard 1, ").contains(" items, the others ");
        assertThat(report.connections()).isEqualTo(STREAMS);
        assertThat(running()).containsExactly("tcp-laminar", "tcp-laminar");
        shards.echoAll();
    }

    @Test
    void canaryThatIsWorseGoesBackAndNoByteIsLost() {
        assertThatThrownBy(() -> swapUnderWay(new Broken(false), 1_500_000_000)).isInstanceOfSatisfying(SwapException.class,
            refused -> assertThat(refused.step()).isEqualTo(SwapStep.CANARY))
            .hasMessageStartingWith("shard 1 has gone back, it was worse than the others: ").hasMessageContaining("dropped for lack of room");
        assertThatCode(() -> {
            assertThat(running()).containsExactly("tcp-flextoe", "tcp-flextoe");
            shards.echoAll();
        }).doesNotThrowAnyException();
    }

    private boolean isAtHome(StreamSocket stream, int shard) {
        return shards.homes.get(stream.localAddress().getPort()) == shard;
    }

    /** Its connections are reset, those of the others go on, and so do its listeners. */
    @Test
    void canaryThatThrowsGoesBackAndTheOthersLiveOn() throws Exception {
        Operations operator = new Operations(shards.server,
            Installed.of(List.of(new BluefieldBackend()), List.of(new Broken(true))), () -> { });
        CompletableFuture<OperationException> swap = CompletableFuture.supplyAsync(() -> catchThrowableOfType(OperationException.class,
            () -> operator.swap("tcp-broken", null, false, 20_000_000_000L, () -> { })));
        List<StreamSocket> reset = new ArrayList<>();
        shards.until(() -> {
            for (StreamSocket stream : shards.streams) {
                try {
                    stream.read(ByteBuffer.allocate(1000));
                    stream.write(ByteBuffer.allocate(reset.contains(stream) ? 0 : 10));
                } catch (IOException e) {
                    if (!reset.contains(stream)) {
                        reset.add(stream);
                    }
                }
            }
            shards.calling.flush();
            return swap.isDone() && reset.size() == shards.homes.values().stream().filter(home -> home == 1).count();
        });
        assertThat(swap.join()).hasMessageStartingWith("the swap is refused at step canary, all run what they ran: shard 1 has gone back, and its "
            + "connections are reset: the program has failed with java.lang.IllegalStateException: ").hasMessageEndingWith("a bad program");
        assertThat(reset).allMatch(stream -> isAtHome(stream, 1));
        assertThat(running()).containsExactly("tcp-flextoe", "tcp-flextoe");
        assertThat(operator.health().reasons()).singleElement().asString().startsWith("the last swap was refused: ");
        operator.close();
        shards.streams.removeAll(reset);
        shards.echo(callAgain(1));
        assertThat(shards.server.ended()).isNull();
    }

    /** Opens streams until one is of a shard. */
    private StreamSocket callAgain(int shard) throws IOException {
        StreamSocket stream = shards.call();
        while (!isAtHome(stream, shard)) {
            stream = shards.call();
        }
        return stream;
    }

    private StreamSocket streamOf(int shard) {
        return shards.streams.stream().filter(stream -> isAtHome(stream, shard)).findFirst().orElseThrow(); // but once in 16 million times
    }

    private void breakBy(StreamSocket stream) throws IOException {
        stream.write(ByteBuffer.allocate(10));
        shards.calling.flush();
    }

    /** The first one receives for both. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shardThatFailsBeginsAnewOnceAndTheOtherLivesOn(int home) throws Exception {
        shards.server.swap(request(new Broken(true)));
        breakBy(streamOf(home));
        shards.until(() -> shards.streams.stream().noneMatch(stream -> isAtHome(stream, home) && stream.isConnected()));
        assertThat(shards.streams).filteredOn(stream -> !isAtHome(stream, home)).isNotEmpty().allMatch(StreamSocket::isConnected);
        Eventually.holds(() -> shards.operations.health().reasons().toString().contains("begun anew"), () -> "health does not say it");
        assertThat(shards.operations.health().reasons()).singleElement().asString().startsWith("shard " + home + " has failed and has begun anew, "
            + "its connections were reset: java.lang.IllegalStateException: ").endsWith("a bad program");
        assertThat(shards.server.status().connections().stream().filter(line -> line.state().equals("LISTEN"))).as("in both").hasSize(2);
        breakBy(callAgain(home)); // within a minute
        Eventually.holds(() -> shards.server.ended() != null, () -> "it runs on");
        shards.application.shards().forEach(grant -> Eventually.holds(() -> !grant.isOpen(), () -> "an application is not told"));
        assertThat(shards.server.ended()).contains("has failed: ", "a bad program");
        assertThat(shards.operations.health().state()).isEqualTo(Health.State.DOWN);
        assertThat(shards.operations.health().reasons()).singleElement().asString().contains("has failed: ", "a bad program");
        assertThatThrownBy(() -> shards.operations.figures()).hasMessageContaining("a bad program");
    }

    /** Not when the canary is over, which is longer than one waits. */
    @Test
    void shardThatFailsBesideACanaryEndsIt() throws Exception {
        shards.server.swap(request(new Broken(true)));
        CompletableFuture<SwapException> swap = CompletableFuture.supplyAsync(() -> catchThrowableOfType(SwapException.class,
            () -> shards.server.swap(request(new FlexToeFactory()), 100_000_000_000L, () -> { })));
        shards.until(() -> running().equals(List.of("tcp-broken", "tcp-flextoe")));
        breakBy(streamOf(0));
        shards.until(swap::isDone);
        assertThat(swap.join()).hasMessageStartingWith("shard 1 has gone back: meanwhile shard 0 has failed with ").hasMessageEndingWith("a bad program");
        shards.until(() -> shards.streams.stream().noneMatch(stream -> isAtHome(stream, 0) && stream.isConnected()));
        assertThat(shards.streams).filteredOn(stream -> isAtHome(stream, 1)).allMatch(StreamSocket::isConnected);
        assertThat(running()).containsExactly("tcp-broken", "tcp-broken");
    }

    /** As a guest, and is one again. */
    @Test
    void shardThatFailsDuringASwapHasWhatIsSwappedIn() throws Exception {
        runOnOneThread();
        shards.server.swap(request(new Broken(true)));
        shards.server.swap(request(new FlexToeFactory()), 0, () -> {
            if (running().getLast().equals("tcp-broken")) {
                breakSecond();
            }
        });
        Eventually.holds(() -> secondIsIn("visit"), () -> "its own thread runs it");
        assertThat(running()).containsExactly("tcp-flextoe", "tcp-flextoe");
        assertThat(shards.operations.health()).isEqualTo(new Health(Health.State.READY, List.of()));
    }

    private void breakSecond() {
        try {
            breakBy(streamOf(1));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        shards.until(() -> secondIsIn("standBy"));
    }

    private static SwapRequest request(TransportFactory factory) {
        return SwapRequest.KEEP.transport(0, new TransportChoice(factory, Map.of()));
    }

    private void runOnOneThread() throws SwapException {
        InstanceConfig one = TwoShards.config(temporary.resolve("server"), Map.of("cores", "1"));
        shards.server.apply(new ConfigChange(shards.server.config(), one), SwapRequest.KEEP);
    }

    /** Whether the second shard's own thread is in a method of the data path's thread. */
    private static boolean secondIsIn(String method) {
        return Thread.getAllStackTraces().entrySet().stream().anyMatch(thread -> thread.getKey().getName().equals("millrace-10.0.0.1/1")
            && Stream.of(thread.getValue()).anyMatch(frame -> frame.getMethodName().equals(method)));
    }

    /** One that is run by another's thread goes home to wait, and comes back. */
    @Test
    void guestThatFailsBeginsAnewAndIsAGuestAgain() throws Exception {
        runOnOneThread();
        shards.server.swap(request(new Broken(true)));
        breakBy(streamOf(1));
        shards.until(() -> shards.streams.stream().noneMatch(stream -> isAtHome(stream, 1) && stream.isConnected()));
        Eventually.holds(() -> secondIsIn("visit"), () -> "its own thread runs it");
        shards.server.swap(request(new FlexToeFactory()));
        assertThat(shards.operations.health()).as("a swap was what it needed").isEqualTo(new Health(Health.State.READY, List.of()));
        shards.streams.removeIf(stream -> isAtHome(stream, 1));
        shards.echoAll();
        shards.echo(callAgain(1));
    }

    @Test
    void canaryNeedsOthers() {
        assertThatThrownBy(() -> shards.client.swap(SwapRequest.KEEP.transport(0, shards.client.running().transports().getFirst()), 1, () -> { }))
            .hasMessage("a canary is one shard of several, and shards is 1");
    }
}
