package org.millrace.runtime.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.testkit.Eventually;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/** A stage of somebody else's throws: it goes, and nothing else does. */
@Timeout(300)
class ThrowingStageTest {
    @TempDir
    Path temporary;

    private TwoHosts hosts;
    private Toe server;
    private Toe client;
    private StreamSocket accepted;
    private StreamSocket stream;

    /** Lets everything pass until it is told to throw. */
    private record Throwing(String name, StagePoint point, Error[] thrown)
            implements StageExtension, Stage<SegmentMeta, State.None> {
        @Override
        public Stage<SegmentMeta, ?> stage() {
            return this;
        }

        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless(name, List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            if (thrown[0] != null) {
                throw thrown[0];
            }
            return Verdict.NEXT;
        }
    }

    @BeforeEach
    void connect() throws IOException {
        connect(0);
    }

    private void connect(int rehearsalMs) throws IOException {
        hosts = new TwoHosts(temporary.resolve("one"), Map.of("swap-rehearsal-ms", Integer.toString(rehearsalMs)));
        server = Toe.open(hosts.runtime, Application.SIZE);
        client = Toe.open(hosts.peer, Application.SIZE);
        ListenSocket listener = server.listen(new InetSocketAddress("10.0.0.1", 7), 8);
        await(() -> listener.localAddress() != null);
        stream = client.connect(new InetSocketAddress("10.0.0.1", 7));
        await(() -> {
            try {
                accepted = accepted == null ? listener.accept() : accepted;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return accepted != null && stream.isConnected();
        });
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
        hosts.close();
    }

    private void await(BooleanSupplier condition) {
        Eventually.holds(() -> {
            server.poll(0);
            client.poll(0);
            return condition.getAsBoolean();
        }, () -> "it does not come to that");
    }

    private void exchange(int bytes) throws IOException {
        byte[] sent = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            sent[i] = (byte) i;
        }
        ByteBuffer out = ByteBuffer.wrap(sent);
        ByteBuffer in = ByteBuffer.allocate(bytes);
        await(() -> {
            try {
                stream.write(out);
                accepted.read(in);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return !in.hasRemaining();
        });
        assertThat(in.array()).isEqualTo(sent);
    }

    private void staysOutAndStreamsGoOn(Throwing extension) throws IOException {
        exchange(10_000);
        extension.thrown[0] = new AssertionError("boom");
        exchange(100_000);
        await(() -> hosts.runtime.extensions().isEmpty());
        exchange(100_000);
        assertThat(hosts.runtime.hasFailed(extension)).isTrue();
        try (Operations operations = new Operations(hosts.runtime, Installed.of(List.of(), List.of()), () -> { })) {
            assertThat(operations.health().state()).isEqualTo(Health.State.DEGRADED);
            assertThat(operations.health().reasons()).containsExactly("extension " + extension.name
                + " is taken out: it has thrown java.lang.AssertionError: boom");
        }
    }

    @Test
    void extensionThatThrowsOnReceiveIsTakenOut() throws Exception {
        Throwing extension = new Throwing("wild", StagePoint.first(Workflow.RX), new Error[1]);
        hosts.runtime.insert(extension);
        staysOutAndStreamsGoOn(extension);
    }

    @Test
    void extensionThatThrowsOnTransmitIsTakenOutTracedOrNot() throws Exception {
        Throwing extension = new Throwing("wild", StagePoint.last(Workflow.HC), new Error[1]);
        hosts.runtime.insert(extension);
        hosts.runtime.trace(new TraceRequest(Set.of("all")));
        staysOutAndStreamsGoOn(extension);
    }

    @Test
    void extensionThatThrowsInItsRehearsalIsRefused() throws Exception {
        close();
        accepted = null;
        connect(1);
        Throwing extension = new Throwing("wild", StagePoint.first(Workflow.RX), new Error[] {new AssertionError("boom")});
        assertThatThrownBy(() -> hosts.runtime.insert(extension)).isInstanceOf(SwapException.class)
            .hasMessageContaining("boom");
        assertThat(hosts.runtime.extensions()).isEmpty();
        exchange(10_000);
    }
}
