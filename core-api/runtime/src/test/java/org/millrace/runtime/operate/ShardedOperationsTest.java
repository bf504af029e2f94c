package org.millrace.runtime.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.millrace.runtime.operate.TwoShards.SERVICE;
import static org.millrace.runtime.operate.TwoShards.STREAMS;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.pipeline.State;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.testkit.Eventually;
import org.millrace.toe.StreamSocket;

/** What an operator sees of an instance with two data paths. */
@Timeout(60)
class ShardedOperationsTest {
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

    @Test
    void figuresAreThoseOfBothAndEachIsThereToo() throws Exception {
        DataPathStatus all = shards.operations.figures();
        List<DataPathStatus> each = shards.operations.figuresByShard();
        assertThat(each).hasSize(2).allSatisfy(shard -> assertThat(shard.contextConnections()).isBetween(1, STREAMS - 1));
        assertThat(all.contextConnections()).isEqualTo(STREAMS);
        assertThat(all.contexts()).as("an application has one in each").isEqualTo(1);
        assertThat(all.counters().get("tcp-flextoe.received segments")).isGreaterThanOrEqualTo(2 * STREAMS);
        assertThat(shards.operations.vitals().connections()).isEqualTo(STREAMS);
        assertThat(shards.operations.health()).isEqualTo(new Health(Health.State.READY, List.of()));
        Eventually.holds(() -> shards.operations.shards().getFirst().handedOver() == shards.operations.shards().getLast().takenIn(),
            () -> "what is handed over is not taken in");
        List<ShardLine> lines = shards.operations.shards();
        assertThat(lines).extracting(ShardLine::shard).containsExactly(0, 1);
        assertThat(lines.stream().mapToLong(ShardLine::accepted).sum()).isEqualTo(STREAMS);
        assertThat(lines.getFirst().handedOver()).as("one queue, everything comes to the first").isPositive();
        assertThat(lines.getLast().frames()).isZero();
        assertThat(lines).allSatisfy(shard -> assertThat(shard.busyNs()).isPositive());
    }

    /** Whoever has seen which of his ports come to one shard needs no key: he uses them again and again. */
    @Test
    void streamsThatAreAimedAtOneShardAreSeen() throws Exception {
        assertThat(shards.operations.health().state()).isEqualTo(Health.State.READY);
        int target = Collections.frequency(shards.homes.values(), 0) > STREAMS / 2 ? 0 : 1;
        for (int i = 0; i < STREAMS * 8; i++) {
            StreamSocket old = shards.streams.get(i % STREAMS);
            InetSocketAddress local = old.localAddress();
            if (shards.homes.get(local.getPort()) == target) {
                old.abort();
                shards.calling.flush();
                StreamSocket again = shards.calling.connect(SERVICE, local, null);
                shards.streams.set(i % STREAMS, again);
                shards.until(() -> !again.isConnecting());
                assertThat(again.isConnected()).as("%s", again.status()).isTrue();
            }
        }
        shards.echoAll();
        assertThat(shards.operations.health().reasons()).singleElement().asString().startsWith("shard " + target + ": ")
            .contains("streams that peers have opened", "which is not chance");
        assertThat(shards.operations.shards().get(target).accepted()).isGreaterThan(8 * STREAMS / 2);
    }

    @Test
    void linesOfBothNameTheirContextsApart() throws Exception {
        List<ConnectionInfo> live = shards.server.status().connections();
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
        RateWatch watch = shards.operations.rates();
        shards.echoAll();
        List<RateWatch.Busy> busy = watch.look(STREAMS).connections();
        assertThat(busy).hasSize(STREAMS).allSatisfy(line -> assertThat(line.line()).isNotNull());
        assertThat(busy.stream().map(line -> line.line().peer()).distinct()).hasSize(STREAMS);
    }

    @Test
    void captureHoldsTheFramesOfBothOnceInOrderOfTime() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (LiveCapture capture = shards.operations.capture(CaptureFilter.parse("tcp"), new LiveCapture.Limits(1 << 20, 10_000, 60, 1 << 16))) {
            capture.writeTo(Channels.newChannel(file));
            shards.echoAll();
            capture.finish();
            assertThat(capture.lost()).isZero();
        }
        List<Packet> frames = packets(file.toByteArray());
        assertThat(frames).extracting(Packet::timeNs).isSorted();
        assertThat(frames.stream().map(Packet::clientPort).distinct()).as("streams of both shards").hasSize(STREAMS);
        assertThat(frames).filteredOn(Packet::hasPayload).extracting(Packet::header).as("one that is sent again has another time in it")
            .doesNotHaveDuplicates();
    }

    private record Packet(long timeNs, int clientPort, ByteBuffer header) {
        /** {@return whether it is longer than IPv4, TCP and its timestamps: acknowledgements may be alike} */
        boolean hasPayload() {
            return (header.getShort(2) & 0xffff) > 20 + 32;
        }

        int sequence() {
            return header.getInt(20 + 4);
        }
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
        shards.operations.trace(new TraceRequest(Set.of("RX.protocol")));
        shards.echoAll();
        TraceLines lines = shards.operations.traceLines();
        shards.operations.trace(TraceRequest.OFF);
        assertThat(lines.lines()).anyMatch(line -> line.endsWith(" shard=0")).anyMatch(line -> line.endsWith(" shard=1"));
        assertThat(lines.lines().stream().flatMapToLong(line -> LongStream.of(Long.parseLong(line.substring(0, line.indexOf(' '))
            .replace(".", ""))))).isSorted();
        shards.echoAll();
    }

    /** Answers what is over when the first shard goes on: as soon as it is released. */
    private CompletableFuture<Void> stall(CountDownLatch release) {
        CountDownLatch stuck = new CountDownLatch(1);
        CompletableFuture<Void> stall = CompletableFuture.runAsync(() -> {
            try {
                shards.server.capture(nowNs -> { // on the first one's thread
                    stuck.countDown();
                    assertThat(awaits(release)).isTrue();
                    throw new IllegalStateException("enough");
                });
            } catch (IllegalStateException enough) {
                assertThat(enough).hasMessage("enough");
            }
        });
        assertThat(awaits(stuck)).isTrue();
        return stall;
    }

    @Test
    void captureThatEndsWhileAShardStallsIsOverThereToo() throws Exception {
        LiveCapture.Limits limits = new LiveCapture.Limits(1 << 20, 10_000, 60, 1 << 16);
        CountDownLatch release = new CountDownLatch(1);
        LiveCapture early = shards.operations.capture(CaptureFilter.ALL, limits);
        CompletableFuture<Void> stall = stall(release);
        early.close();
        release.countDown();
        stall.join();
        List<LiveCapture> most = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            most.add(shards.operations.capture(CaptureFilter.ALL, limits));
        }
        assertThatThrownBy(() -> shards.operations.capture(CaptureFilter.ALL, limits)).hasMessageContaining("4 captures under way");
        most.forEach(LiveCapture::close);
    }

    @Test
    void shardThatStallsIsSeenAndTheOtherGoesOn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> stall = stall(release);
        Health health = shards.operations.health();
        assertThat(health.state()).isEqualTo(Health.State.DEGRADED);
        assertThat(health.reasons()).singleElement().asString().matches("shard 0 of 10.0.0.1 has not answered for \\d+ s: it is in .*");
        assertThat(shards.operations.figuresByShard()).first().isNull();
        assertThat(shards.operations.figures().contextConnections()).as("the other's").isBetween(1, STREAMS - 1);
        RateWatch watch = shards.operations.rates();
        release.countDown();
        stall.join();
        assertThat(watch.look(1).perSecond()).as("what came to the first one before").doesNotContainKey("port.received frames");
        assertThat(shards.operations.health().state()).isEqualTo(Health.State.READY);
        shards.echoAll();
    }

    /** RFC 6528: the clock goes on for a tuple, which has the secret of its shard, whoever runs that and whatever program. */
    @Test
    void initialSequenceNumbersOfATupleGoOnWhileThreadsAndProgramsChange() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (LiveCapture capture = shards.operations.capture(CaptureFilter.parse("tcp"), new LiveCapture.Limits(1 << 20, 10_000, 60, 1 << 16))) {
            capture.writeTo(Channels.newChannel(file));
            InstanceConfig config = shards.server.config();
            for (int i = 0; i < 6; i++) {
                InstanceConfig next = TwoShards.config(temporary.resolve("server"), i % 2 == 0 ? Map.of("cores", "1") : Map.of());
                shards.server.apply(new ConfigChange(config, next), i % 3 == 2
                    ? SwapRequest.KEEP.transport(0, shards.server.running().transports().getFirst()) : SwapRequest.KEEP);
                config = next;
                for (int port = 40_000; port < 40_004; port++) {
                    StreamSocket stream = shards.calling.connect(SERVICE, new InetSocketAddress("10.0.0.2", port), null);
                    shards.until(stream::isConnected);
                    stream.abort();
                    shards.calling.flush();
                }
            }
            capture.finish();
        }
        assertThat(shards.operations.health().reasons()).as("journals and registry are kept by whoever runs a shard").isEmpty();
        for (int port = 40_000; port < 40_004; port++) {
            int client = port;
            List<Packet> accepted = packets(file.toByteArray()).stream().filter(packet -> packet.clientPort() == client
                && (packet.header().get(20 + 13) & 0x12) == 0x12).toList(); // SYN, ACK
            assertThat(accepted.stream().map(Packet::sequence).distinct()).hasSizeGreaterThanOrEqualTo(6);
            for (int i = 1; i < accepted.size(); i++) {
                long ticks = (accepted.get(i).timeNs() - accepted.get(i - 1).timeNs()) / 4000;
                int grown = accepted.get(i).sequence() - accepted.get(i - 1).sequence();
                if (grown != 0) { // else it is sent again
                    assertThat((long) grown).as("port %d, 4 us each", port).isCloseTo(ticks, within(50_000L)); // a round's time
                }
            }
        }
    }

    /** It is in force: a shard that hangs does nothing by the old one any more. What takes a swap is refused as a whole. */
    @Test
    void changeThatComesWhileAShardStallsIsTakenThereWhenItComesBack() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (LiveCapture capture = shards.operations.capture(CaptureFilter.parse("tcp"), new LiveCapture.Limits(1 << 20, 10_000, 60, 1 << 16))) {
            capture.writeTo(Channels.newChannel(file));
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Void> stall = stall(release);
            InstanceConfig before = shards.server.config();
            InstanceConfig after = TwoShards.config(temporary.resolve("server"), Map.of("ttl", "9", "cores", "1"));
            assertThatThrownBy(() -> shards.server.apply(new ConfigChange(before, TwoShards.config(temporary.resolve("server"),
                Map.of("ttl", "7", "weights", "1000=8"))), SwapRequest.KEEP)).hasMessageStartingWith("shard 0 of 10.0.0.1 has not answered");
            assertThat(shards.operations.health().reasons()).hasSize(1);
            shards.server.apply(new ConfigChange(before, after), SwapRequest.KEEP);
            assertThat(shards.operations.health().reasons()).hasSize(2).anySatisfy(reason -> assertThat(reason)
                .startsWith("shard 0 of 10.0.0.1 has not answered").endsWith("; it takes the changed configuration before it does anything else"));
            release.countDown();
            stall.join();
            Eventually.holds(() -> shards.operations.health().state() == Health.State.READY, () -> "it is not well again");
            shards.echoAll();
            capture.finish();
        }
        assertThat(packets(file.toByteArray()).stream().filter(packet -> packet.header().get(8) == 9).map(Packet::clientPort).distinct())
            .as("streams of both shards").hasSize(STREAMS);
    }

    private static boolean awaits(CountDownLatch latch) {
        try {
            return latch.await(50, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
