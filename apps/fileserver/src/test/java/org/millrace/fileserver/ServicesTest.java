package org.millrace.fileserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.Status;
import org.millrace.fileserver.FakeNetwork.Client;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ServicesTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 7);

    private static final long SECOND_NS = 1_000_000_000;

    private final FakeNetwork network = new FakeNetwork();
    private final Services services = network.services();

    @Test
    void listeningIsTold() throws Exception {
        CompletableFuture<InetSocketAddress> listening = services.echo(LOCAL);
        assertThat(listening).isNotDone();
        network.exchange();
        assertThat(listening.get()).isEqualTo(LOCAL);
    }

    @Test
    void takenPortIsTold() {
        network.refuseListeners(Status.ADDRESS_IN_USE);
        CompletableFuture<InetSocketAddress> listening = services.echo(LOCAL);
        network.exchange();
        assertThatThrownBy(listening::get).isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(BindException.class);
    }

    @Test
    void echoReturnsEveryByteThenCloses() {
        services.echo(LOCAL);
        network.exchange();
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        Client first = network.connect(0);
        Client second = network.connect(0);
        first.send(bytes);
        second.send("other");
        first.finish();
        assertThat(first.bytes()).isEqualTo(bytes);
        assertThat(first.finished).isTrue();
        assertThat(first.closed).isTrue();
        assertThat(second.text()).isEqualTo("other");
        assertThat(second.closed).isFalse();
    }

    @Test
    void discardTakesAllAndSaysNothing() {
        services.discard(LOCAL);
        network.exchange();
        Client client = network.connect(0).send(new byte[100_000]);
        client.finish();
        assertThat(client.bytes()).isEmpty();
        assertThat(client.closed).isTrue();
        assertThat(client.aborted).isFalse();
    }

    @Test
    void sourceSendsAsLongAsTheClientTakesIt() throws IOException {
        services.source(LOCAL);
        network.exchange();
        Client client = network.connect(0, 50_000);
        byte[] bytes = client.bytes();
        assertThat(bytes).hasSizeGreaterThanOrEqualTo(50_000);
        MemorySegment expected = MemorySegment.ofArray(new byte[bytes.length]);
        Content.random(bytes.length, 0).fill(expected, 0, bytes.length);
        assertThat(bytes).isEqualTo(expected.toArray(ValueLayout.JAVA_BYTE));
        client.finish();
        assertThat(client.closed).as("a client that says nothing may still listen").isFalse();
        network.reset(client);
        assertThat(client.closed).isTrue();
    }

    @Test
    void resetStreamIsLetGo() {
        services.echo(LOCAL);
        network.exchange();
        Client client = network.connect(0);
        network.reset(client);
        assertThat(client.closed).isTrue();
    }

    @Test
    void runEndsWhenItIsClosedAndGivesTheContextBack() {
        services.echo(LOCAL);
        services.close();
        services.run();
        assertThat(network.isOpen()).isFalse();
    }

    @Test
    void streamThatMakesNoProgressIsGivenUp() {
        services.echo(LOCAL);
        network.exchange();
        Client silent = network.connect(0);
        Client busy = network.connect(0);
        for (int second = 0; second < 90; second++) {
            busy.send("x");
            network.pass(SECOND_NS);
            assertThat(silent.aborted).as("after %d s", second + 1).isEqualTo(second >= 60);
        }
        assertThat(busy.closed).isFalse();
    }

    @Test
    void streamIsWaitedForFromWhenItCameHoweverLongTheServicesHadSlept() {
        services.echo(LOCAL);
        network.exchange();
        assertThat(network.connectToSleeping(0, 61 * SECOND_NS).aborted).isFalse();
    }

    @Test
    void whatHasArrivedWhileTheServicesWereHeldUpIsProgress() {
        services.echo(LOCAL);
        network.exchange();
        Client client = network.connect(0);
        network.passHeldUp(61 * SECOND_NS);
        assertThat(client.send("still here").text()).isEqualTo("still here");
    }

    @Test
    void whoIsWaitedForLongestMakesRoomForOneMore() {
        services.echo(LOCAL);
        network.exchange();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            clients.add(network.connect(0));
        }
        network.pass(SECOND_NS);
        clients.getFirst().send("still here");
        assertThat(clients).noneMatch(client -> client.closed);
        assertThat(network.connect(0).closed).as("more than seven eighths of 16").isFalse();
        assertThat(clients.get(1).aborted).isTrue();
        assertThat(clients.stream().filter(client -> client.aborted)).hasSize(1);
    }
}
