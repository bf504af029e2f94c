package org.millrace.runtime.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
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
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** What an operator sees and does, of an instance with two data paths behind a port of one queue. */
@Timeout(60)
class ShardedOperationsTest {
    private static final ContextSize SIZE = new ContextSize(64, 16384, 16384, 256);
    private static final int STREAMS = 24;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final InetSocketAddress SERVICE = new InetSocketAddress("10.0.0.1", 80);

    @TempDir
    Path temporary;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private Instance server;
    private Instance client;
    private Operations operations;
    private ContextGrant serverGrant;
    private List<Toe> servers;
    private Toe clientToe;
    private final List<ListenSocket> listeners = new ArrayList<>();
    private final List<StreamSocket> accepted = new ArrayList<>();
    /** Which shard a peer's port has come to. */
    private final Map<Integer, Integer> homes = new TreeMap<>();
    private final List<StreamSocket> streams = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        List<BluefieldBackend> hardware = List.of(new BluefieldBackend());
        List<FlexToeFactory> transports = List.of(new FlexToeFactory());
        server = start(wire[0], "10.0.0.1", Map.of("shards", "2", "attach", "on", "attach.directory",
            temporary.resolve("server").toString(), "journal", "on"));
        client = start(wire[1], "10.0.0.2", Map.of());
        operations = new Operations(server, Installed.of(hardware, transports), () -> { });
        serverGrant = server.open(SIZE);
        servers = serverGrant.shards().stream().map(Lone::new).map(Toe::open).toList();
        clientToe = Toe.open(client, SIZE);
        for (Toe toe : servers) {
            ListenSocket listener = toe.listen(SERVICE, STREAMS);
            assertThat(toe.await(listener::isListening, PATIENCE_NS)).isTrue();
            listeners.add(listener);
        }
        for (int i = 0; i < STREAMS; i++) {
            StreamSocket stream = clientToe.connect(SERVICE);
            until(stream::isConnected);
            streams.add(stream);
            echo(stream);
        }
    }

    @AfterEach
    void close() {
        clientToe.close();
        serverGrant.close();
        operations.close();
        server.close();
        client.close();
    }

    private static Instance start(Port port, String address, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port", "test",
            "address", address + "/24", "swap-rehearsal-ms", "0", "instance", address));
        map.putAll(more);
        return Instance.start(InstanceConfig.parse(map), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new Wire(port)));
    }

    private record Wire(Port port) implements PortFactory {
        @Override
        public String kind() {
            return "test";
        }

        @Override
        public Port open(Map<String, String> options) {
            return port;
        }
    }

    /** Closes nothing: the grant of all does. */
    private record Lone(ContextGrant shard) implements ContextGrant {
        @Override
        public String instance() {
            return shard.instance();
        }

        @Override
        public MemorySegment region() {
            return shard.region();
        }

        @Override
        public List<String> transports() {
            return shard.transports();
        }

        @Override
        public void ring() {
            shard.ring();
        }

        @Override
        public boolean isOpen() {
            return shard.isOpen();
        }

        @Override
        public void close() {
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void until(Condition condition) {
        Eventually.holds(() -> {
            serve();
            clientToe.poll(0);
            return condition.holds();
        }, () -> "it does not come to that");
    }

    private void serve() throws IOException {
        for (int i = 0; i < servers.size(); i++) {
            servers.get(i).poll(0);
            while (listeners.get(i).isAcceptable()) {
                StreamSocket stream = listeners.get(i).accept();
                accepted.add(stream);
                homes.put(stream.peerAddress().getPort(), i);
            }
        }
        accepted.removeIf(stream -> !echoes(stream));
        servers.forEach(Toe::flush);
    }

    private static boolean echoes(StreamSocket stream) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(4096);
            while (stream.read(bytes.clear()) > 0) {
                assertThat(stream.write(bytes.flip())).isEqualTo(bytes.limit());
            }
            return true;
        } catch (IOException reset) {
            stream.close();
            return false;
        }
    }

    private void echo(StreamSocket stream) throws IOException {
        stream.write(ByteBuffer.allocate(1000));
        clientToe.flush();
        ByteBuffer answer = ByteBuffer.allocate(1000);
        until(() -> stream.read(answer) >= 0 && !answer.hasRemaining());
    }

    private void echoAll() throws IOException {
        for (StreamSocket stream : streams) {
            echo(stream);
        }
    }

    @Test
    void figuresAreThoseOfBothAndEachIsThereToo() throws Exception {
        DataPathStatus all = operations.figures();
        List<DataPathStatus> each = operations.figuresByShard();
        assertThat(each).hasSize(2).allSatisfy(shard -> assertThat(shard.contextConnections()).isBetween(1, STREAMS - 1));
        assertThat(all.contextConnections()).isEqualTo(STREAMS);
        assertThat(all.contexts()).as("an application has one in each").isEqualTo(1);
        assertThat(all.counters().get("tcp-flextoe.received segments")).isGreaterThanOrEqualTo(2 * STREAMS);
        assertThat(operations.vitals().connections()).isEqualTo(STREAMS);
        assertThat(operations.health()).isEqualTo(new Health(Health.State.READY, List.of()));
        Eventually.holds(() -> operations.shards().getFirst().handedOver() == operations.shards().getLast().takenIn(),
            () -> "what is handed over is not taken in");
        List<ShardLine> shards = operations.shards();
        assertThat(shards).extracting(ShardLine::shard).containsExactly(0, 1);
        assertThat(shards.stream().mapToLong(ShardLine::accepted).sum()).isEqualTo(STREAMS);
        assertThat(shards.getFirst().handedOver()).as("one queue, everything comes to the first").isPositive();
        assertThat(shards.getLast().frames()).isZero();
        assertThat(shards).allSatisfy(shard -> assertThat(shard.busyNs()).isPositive());
    }

    /** Whoever has seen which of his ports come to one shard needs no key: he uses them again and again. */
    @Test
    void streamsThatAreAimedAtOneShardAreSeen() throws Exception {
        assertThat(operations.health().state()).isEqualTo(Health.State.READY);
        int target = Collections.frequency(homes.values(), 0) > STREAMS / 2 ? 0 : 1;
        for (int i = 0; i < STREAMS * 8; i++) {
            StreamSocket old = streams.get(i % STREAMS);
            InetSocketAddress local = old.localAddress();
            if (homes.get(local.getPort()) == target) {
                old.abort();
                clientToe.flush();
                StreamSocket again = clientToe.connect(SERVICE, local, null);
                streams.set(i % STREAMS, again);
                until(() -> !again.isConnecting());
                assertThat(again.isConnected()).as("%s", again.status()).isTrue();
            }
        }
        echoAll();
        assertThat(operations.health().reasons()).singleElement().asString().startsWith("shard " + target + ": ")
            .contains("streams that peers have opened", "which is not chance");
        assertThat(operations.shards().get(target).accepted()).isGreaterThan(8 * STREAMS / 2);
    }

    @Test
    void linesOfBothNameTheirContextsApart() throws Exception {
        List<ConnectionInfo> live = server.status().connections();
        assertThat(live).filteredOn(line -> line.state().equals("ESTABLISHED")).hasSize(STREAMS)
            .extracting(ConnectionInfo::context).contains(0, 1).containsOnly(0, 1);
        Path directory = temporary.resolve("server");
        Eventually.holds(() -> connections(directory).size() == STREAMS, () -> "the registry has not every stream");
        assertThat(connections(directory)).extracting(ConnectionInfo::peer).doesNotHaveDuplicates();
        assertThat(Registry.read(directory).stream().filter(line -> line.kind() == RegistryLine.Kind.CONTEXT)
            .map(line -> line.info().context())).containsExactlyInAnyOrder(0, 1);
        assertThat(directory.resolve("journal")).isDirectoryContaining("glob:**/context-0").isDirectoryContaining("glob:**/context-1");
    }

    private static List<ConnectionInfo> connections(Path directory) throws IOException {
        return Registry.read(directory).stream().filter(line -> line.kind() == RegistryLine.Kind.CONNECTION)
            .map(RegistryLine::info).toList();
    }

    @Test
    void busiestConnectionsAreNamedWhereverTheyLive() throws Exception {
        RateWatch watch = operations.rates();
        echoAll();
        List<RateWatch.Busy> busy = watch.look(STREAMS).connections();
        assertThat(busy).hasSize(STREAMS).allSatisfy(line -> assertThat(line.line()).isNotNull());
        assertThat(busy.stream().map(line -> line.line().peer()).distinct()).hasSize(STREAMS);
    }

    @Test
    void captureHoldsTheFramesOfBothOnceInOrderOfTime() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (LiveCapture capture = operations.capture(CaptureFilter.parse("tcp"), new LiveCapture.Limits(1 << 20, 10_000, 60, 1 << 16))) {
            capture.writeTo(Channels.newChannel(file));
            echoAll();
            capture.finish();
            assertThat(capture.lost()).isZero();
        }
        List<Packet> frames = packets(file.toByteArray());
        assertThat(frames).extracting(Packet::timeNs).isSorted();
        assertThat(frames.stream().map(Packet::clientPort).distinct()).as("streams of both shards").hasSize(STREAMS);
        assertThat(frames).extracting(Packet::header).as("one that is sent again has another time in it").doesNotHaveDuplicates();
    }

    private record Packet(long timeNs, int clientPort, ByteBuffer header) {
    }

    /** The TCP frames of a pcapng file, with their headers from the length of the packet on. */
    private static List<Packet> packets(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        List<Packet> packets = new ArrayList<>();
        for (int at = 0; at < file.length; at += in.getInt(at + 4)) {
            if (in.getInt(at) == 6) { // an enhanced packet block
                int ip = at + 28 + 14;
                int source = in.getShort(ip + 20) & 0xffff;
                packets.add(new Packet(in.getLong(at + 12), source == 80 ? in.getShort(ip + 22) & 0xffff : source, in.slice(ip, 52)));
            }
        }
        return packets;
    }

    @Test
    void traceTellsOfBothInOrderOfTime() throws Exception {
        operations.trace(new TraceRequest(Set.of("RX.protocol")));
        echoAll();
        TraceLines lines = operations.traceLines();
        operations.trace(TraceRequest.OFF);
        assertThat(lines.lines()).anyMatch(line -> line.endsWith(" shard=0")).anyMatch(line -> line.endsWith(" shard=1"));
        assertThat(lines.lines().stream().flatMapToLong(line -> LongStream.of(Long.parseLong(line.substring(0, line.indexOf(' '))
            .replace(".", ""))))).isSorted();
        echoAll();
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
        server.insert(new Counter());
        echoAll();
        List<DataPathStatus> each = operations.figuresByShard();
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
        assertThatThrownBy(() -> server.insert(recording)).hasMessage("extension counter has a recorder, which the threads of 2 shards"
            + " would write at once: it is for an instance of one");
        assertThat(server.extensions()).isEmpty();
        client.insert(recording);
        assertThat(client.extensions()).containsExactly(recording);
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
        public StagePoint point() {
            return StagePoint.first(Workflow.RX);
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return this;
        }
    }

    /** FlexTOE with a stage that breaks it. */
    private record Broken(FlexToeFactory good, boolean throwing) implements TransportFactory {
        @Override
        public String name() {
            return "tcp-broken";
        }

        @Override
        public int protocol() {
            return good.protocol();
        }

        @Override
        public Set<Service> services() {
            return good.services();
        }

        @Override
        public Transport create(TransportHost host) {
            Transport transport = good.create(host);
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
        SwapRequest request = SwapRequest.KEEP.transport(0, new TransportChoice(factory, Map.of()));
        CompletableFuture<SwapReport> swap = CompletableFuture.supplyAsync(() -> {
            try {
                return server.swap(request, canaryNs);
            } catch (SwapException e) {
                throw new CompletionException(e);
            }
        });
        int[] missing = new int[STREAMS];
        until(() -> {
            for (int i = 0; i < STREAMS; i++) {
                missing[i] -= Math.max(0, streams.get(i).read(ByteBuffer.allocate(1000)));
                missing[i] += missing[i] == 0 && !swap.isDone() ? streams.get(i).write(ByteBuffer.allocate(1000)) : 0;
            }
            clientToe.flush();
            return swap.isDone() && IntStream.of(missing).allMatch(bytes -> bytes == 0);
        });
        try {
            return swap.join();
        } catch (CompletionException e) {
            throw (SwapException) e.getCause();
        }
    }

    private List<String> running() throws OperationException {
        return operations.shards().stream().flatMap(shard -> shard.transports().stream()).toList();
    }

    @Test
    void canaryThatIsAsGoodIsFollowedByTheRest() throws Exception {
        SwapReport report = swapUnderWay(new LaminarFactory(), 200_000_000);
        assertThat(report.canary()).startsWith("shard 1, ").contains(" items, the others ");
        assertThat(report.connections()).isEqualTo(STREAMS);
        assertThat(running()).containsExactly("tcp-laminar", "tcp-laminar");
        echoAll();
    }

    @Test
    void canaryThatIsWorseGoesBackAndNoByteIsLost() {
        assertThatThrownBy(() -> swapUnderWay(new Broken(new FlexToeFactory(), false), 1_500_000_000)).isInstanceOfSatisfying(SwapException.class,
            refused -> assertThat(refused.step()).isEqualTo(SwapStep.CANARY))
            .hasMessageStartingWith("shard 1 has gone back, it was worse than the others: ").hasMessageContaining("dropped for lack of room");
        assertThatCode(() -> {
            assertThat(running()).containsExactly("tcp-flextoe", "tcp-flextoe");
            echoAll();
        }).doesNotThrowAnyException();
    }

    @Test
    void shardThatFailsEndsAllAndSaysWhy() throws Exception {
        server.swap(SwapRequest.KEEP.transport(0, new TransportChoice(new Broken(new FlexToeFactory(), true), Map.of())));
        streams.getFirst().write(ByteBuffer.allocate(10));
        clientToe.flush();
        Eventually.holds(() -> server.ended() != null, () -> "it runs on");
        serverGrant.shards().forEach(grant -> Eventually.holds(() -> !grant.isOpen(), () -> "an application is not told"));
        assertThat(server.ended()).contains("has failed: ", "a bad program");
        assertThat(operations.health().state()).isEqualTo(Health.State.DOWN);
        assertThat(operations.health().reasons()).singleElement().asString().contains("has failed: ", "a bad program");
        assertThatThrownBy(() -> operations.figures()).hasMessageContaining("a bad program");
    }

    @Test
    void canaryNeedsOthers() {
        assertThatThrownBy(() -> client.swap(SwapRequest.KEEP.transport(0, client.running().transports().getFirst()), 1))
            .hasMessage("a canary is one shard of several, and shards is 1");
    }

    @Test
    void shardThatStallsIsSeenAndTheOtherGoesOn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        CompletableFuture<Void> stall = CompletableFuture.runAsync(() -> {
            try {
                server.capture(nowNs -> { // on the first one's thread
                    stuck.countDown();
                    assertThat(awaits(release)).isTrue();
                    throw new IllegalStateException("enough");
                });
            } catch (IllegalStateException enough) {
                assertThat(enough).hasMessage("enough");
            }
        });
        assertThat(awaits(stuck)).isTrue();
        Health health = operations.health();
        assertThat(health.state()).isEqualTo(Health.State.DEGRADED);
        assertThat(health.reasons()).singleElement().asString().startsWith("shard 0 of 10.0.0.1 has not answered for 2 s: it is in ");
        assertThat(operations.figuresByShard()).first().isNull();
        assertThat(operations.figures().contextConnections()).as("the other's").isBetween(1, STREAMS - 1);
        release.countDown();
        stall.join();
        assertThat(operations.health().state()).isEqualTo(Health.State.READY);
        echoAll();
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
