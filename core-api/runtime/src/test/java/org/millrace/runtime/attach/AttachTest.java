package org.millrace.runtime.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.Status;
import org.millrace.context.Journal;
import org.millrace.context.JournalEntry;
import org.millrace.context.JournalReader;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine;
import org.millrace.context.RegistryLine.Kind;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.testkit.Eventually;
import org.millrace.toe.Attach;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.toe.ToeFailure;

/** Applications in processes of their own, on an instance whose peer is at the other end of a memory port. */
@Timeout(100)
class AttachTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path temporary;

    private TwoHosts start(Map<String, String> more) {
        return new TwoHosts(temporary.resolve("one"), more);
    }

    private Child application(String role, int number) throws IOException {
        return Child.application(role, temporary.resolve("one"), number);
    }

    private static StreamSocket connect(Toe toe, int port) {
        StreamSocket stream = toe.connect(new InetSocketAddress("10.0.0.1", port));
        assertThat(toe.await(() -> !stream.isConnecting(), PATIENCE_NS)).isTrue();
        assertThat(stream.isConnected()).isTrue();
        return stream;
    }

    /** Sends bytes to an echo and checks each that comes back. */
    private static void echo(Toe toe, StreamSocket stream, Random random, int bytes) throws IOException {
        byte[] sent = new byte[bytes];
        random.nextBytes(sent);
        ByteBuffer out = ByteBuffer.wrap(sent);
        ByteBuffer in = ByteBuffer.allocate(bytes);
        while (in.hasRemaining()) {
            int before = in.position();
            stream.write(out);
            stream.read(in);
            if (in.position() == before) {
                assertThat(toe.await(() -> stream.readable() > 0 || out.hasRemaining() && stream.writable() > 0
                    || stream.status() != Status.OK, PATIENCE_NS)).isTrue();
            }
        }
        assertThat(Arrays.equals(in.array(), sent)).as("bytes as sent").isTrue();
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void applicationWithoutChronicleEchoes() throws IOException {
        try (TwoHosts hosts = start(Map.of()); Child server = application("echo", 7)) {
            assertThat(server.line()).isEqualTo("listening");
            try (Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
                echo(toe, connect(toe, 7), new Random(1), 1 << 20);
            }
        }
    }

    /** It sleeps on all shards at once, and is woken by each. */
    @Test
    void applicationOfSeveralShardsEchoesOnEach() throws IOException {
        try (TwoHosts hosts = start(Map.of("shards", "2")); Child server = application("shards", 7)) {
            assertThat(server.line()).isEqualTo("listening");
            try (Toe toe = Toe.open(hosts.peer, Application.MANY)) {
                for (int i = 0; i < Application.MANY.connections(); i++) {
                    echo(toe, connect(toe, 7), new Random(i), 10_000);
                }
            }
            hosts.runtime.close();
            assertThat(server.line()).as("keys are random: one of 500 billion runs would have all in one").isEqualTo("shards [0, 1]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void applicationThatSleepsInItsSelectorIsWokenOverTheSocket(int shards) throws IOException {
        try (TwoHosts hosts = start(Map.of("shards", Integer.toString(shards))); Child server = application("select", 7)) {
            assertThat(server.line()).isEqualTo("listening");
            try (Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
                for (int n = 0; n < 6 * shards; n++) {
                    StreamSocket stream = connect(toe, 7);
                    for (int i = 0; i < 100 / shards; i++) {
                        echo(toe, stream, new Random(i), 64);
                    }
                }
            }
            hosts.runtime.close();
            String end = server.line();
            assertThat(end).matches("(ended|closed) after \\d+");
            assertThat(Integer.parseInt(end.replaceAll("\\D", ""))).as("sleeps, each of which ended").isPositive();
        }
    }

    @Test
    void killedApplicationIsReclaimedAndItsPeerReset() throws IOException {
        try (TwoHosts hosts = start(Map.of()); Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
            int flows = flows(hosts);
            long before = descriptors();
            for (int i = 0; i < 3; i++) {
                StreamSocket stream;
                try (Child source = application("source", 8)) {
                    assertThat(source.line()).isEqualTo("listening");
                    stream = connect(toe, 8);
                    ByteBuffer sink = ByteBuffer.allocate(65536);
                    for (int total = 0; total < 1 << 20; total += sink.position()) {
                        assertThat(toe.await(() -> stream.readable() > 0, PATIENCE_NS)).isTrue();
                        stream.read(sink.clear());
                    }
                    Eventually.holds(() -> hosts.runtime.status().contexts() == 1, hosts.runtime::status); // the killed one's is given back
                    source.kill();
                }
                assertThat(toe.await(() -> {
                    stream.release(stream.readable()); // what it had pushed comes first
                    return stream.status() != Status.OK;
                }, PATIENCE_NS)).isTrue();
                assertThat(stream.status()).isEqualTo(Status.RESET);
                stream.close();
                toe.flush();
            }
            Eventually.holds(() -> hosts.runtime.status().contexts() == 0, hosts.runtime::status);
            Eventually.holds(() -> flows(hosts) == flows && descriptors() <= before,
                () -> flows(hosts) + " flows, before " + flows + "; " + descriptors() + " descriptors, before " + before);
            assertThat(hosts.runtime.status().contextConnections()).isZero();
            assertThat(hosts.runtime.status().connections()).isEmpty();
        }
    }

    private static int flows(TwoHosts hosts) {
        return hosts.runtime.status().transports().getFirst().flows();
    }

    @Test
    void stoppedApplicationOnlyStopsConsuming() throws Exception {
        try (TwoHosts hosts = start(Map.of()); Child stopped = application("echo", 7);
             Child other = application("echo", 8); Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
            assertThat(stopped.line()).isEqualTo("listening");
            assertThat(other.line()).isEqualTo("listening");
            StreamSocket silent = connect(toe, 7);
            echo(toe, silent, new Random(1), 1000);
            stopped.stop();
            silent.write(ByteBuffer.wrap(new byte[1000]));
            echo(toe, connect(toe, 8), new Random(2), 1 << 20);
            assertThat(silent.readable()).isZero();
            assertThat(hosts.runtime.status().contexts()).isEqualTo(2);
            stopped.resume();
            assertThat(toe.await(() -> silent.readable() == 1000, PATIENCE_NS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedRuntimeFailsBlockedCallsByItsName(int shards) throws Exception {
        Path directory = temporary.resolve("two");
        try (Child runtime = Child.runtime(directory, shards)) {
            assertThat(runtime.line()).isEqualTo("ready millrace");
            Toe toe = Toe.open(Attach.context(directory.toString(), Application.SIZE));
            StreamSocket stream = toe.connect(new InetSocketAddress("10.0.0.2", 9));
            assertThat(toe.await(() -> !stream.isConnecting(), PATIENCE_NS)).isTrue(); // refused: nobody listens
            StreamSocket second = toe.connect(new InetSocketAddress("10.0.0.77", 9)); // nobody answers
            Thread killer = Thread.ofPlatform().start(runtime::kill);
            while (toe.isOpen()) {
                toe.poll(-1);
            }
            killer.join();
            assertThatThrownBy(second::finishConnect).isInstanceOf(ToeFailure.class).hasMessageContaining("two");
            toe.close();
            assertThatThrownBy(() -> Toe.attach(directory.toString())).hasMessageContaining("does not run any more");
        }
    }

    @Test
    void sealHoldsAndNoOtherMemoryIsReachable() throws IOException {
        try (TwoHosts hosts = start(Map.of()); Child other = application("echo", 7);
             Child application = application("seal", 0)) {
            assertThat(other.line()).isEqualTo("listening");
            assertThat(application.line()).isEqualTo("memories 1");
            for (int i = 0; i < 3; i++) {
                assertThat(application.line()).startsWith("sealed").contains("not permitted");
            }
            assertThat(hosts.runtime.ended()).isNull();
        }
    }

    @Test
    void nonsenseInOneContextDisturbsNoOther() throws IOException {
        try (TwoHosts hosts = start(Map.of()); Child server = application("echo", 7);
             Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
            assertThat(server.line()).isEqualTo("listening");
            StreamSocket stream = connect(toe, 7);
            try (Child first = application("fuzz", 1); Child second = application("fuzz", 2)) {
                assertThat(first.line()).isEqualTo("seed 1");
                assertThat(second.line()).isEqualTo("seed 2");
                for (int i = 0; i < 8; i++) {
                    echo(toe, stream, new Random(i), 1 << 20);
                }
                assertThat(first.line()).isEqualTo("done");
                assertThat(second.line()).isEqualTo("done");
            }
            echo(toe, stream, new Random(9), 1 << 16);
            Eventually.holds(() -> hosts.runtime.status().contexts() == 1, hosts.runtime::status);
            DataPathStatus status = hosts.runtime.status();
            assertThat(status.contextsClosedForCause()).isGreaterThan(20);
            assertThat(status.contextsOpened()).isEqualTo(81);
            assertThat(status.contextConnections()).isEqualTo(1);
        }
    }

    @Test
    void registryShowsWhatThereIs() throws IOException {
        Path directory = temporary.resolve("one");
        try (TwoHosts hosts = start(Map.of()); Child server = application("echo", 7);
             Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
            assertThat(server.line()).isEqualTo("listening");
            StreamSocket stream = connect(toe, 7);
            echo(toe, stream, new Random(1), 100);
            awaitKinds(directory, Kind.CONNECTION, Kind.LISTENER, Kind.CONTEXT);
            stream.close();
            toe.flush();
            awaitKinds(directory, Kind.LISTENER, Kind.CONTEXT);
            server.kill();
            awaitKinds(directory);
        }
    }

    private static void awaitKinds(Path directory, Kind... kinds) {
        List<Kind> found = new ArrayList<>();
        Eventually.holds(() -> {
            found.clear();
            Registry.read(directory).stream().map(RegistryLine::kind).sorted().forEach(found::add);
            return found.equals(List.of(kinds));
        }, () -> "the registry has " + found);
    }

    @Test
    void journalHasEveryDescriptorBothWays() throws IOException {
        try (TwoHosts hosts = start(Map.of("journal", "on")); Child server = application("echo", 7);
             Toe toe = Toe.open(hosts.peer, Application.SIZE)) {
            assertThat(server.line()).isEqualTo("listening");
            echo(toe, connect(toe, 7), new Random(1), 100_000);
            DataPathStatus status = hosts.runtime.status();
            server.kill();
            Eventually.holds(() -> hosts.runtime.status().contexts() == 0, hosts.runtime::status);
            long requests = 0;
            long events = 0;
            try (JournalReader reader = Journal.dump(temporary.resolve("one/journal/context-0"))) {
                while (reader.hasNext()) {
                    if (reader.next().direction() == JournalEntry.Direction.REQUEST) {
                        requests++;
                    } else {
                        events++;
                    }
                }
            }
            assertThat(requests).isBetween(2L, status.requests() + 100).isGreaterThanOrEqualTo(status.requests());
            assertThat(events).isGreaterThanOrEqualTo(status.events());
        }
    }

    @Test
    void instanceOfTheSameNameIsRefusedInOneLine() {
        try (TwoHosts hosts = start(Map.of())) {
            assertThatThrownBy(() -> start(Map.of()).close()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'one' runs already");
            assertThat(hosts.runtime.ended()).isNull();
        }
        start(Map.of()).close();
    }
}
