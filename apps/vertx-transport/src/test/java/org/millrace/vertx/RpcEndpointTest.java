package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.Status;
import org.millrace.toe.ToeFailure;
import org.millrace.vertx.rpc.RpcEndpoint;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RpcEndpointTest {
    private static final SocketAddress SERVER = SocketAddress.inetSocketAddress(99, TwoHosts.SERVER);
    private static final SocketAddress SILENT = SocketAddress.inetSocketAddress(98, TwoHosts.SERVER);

    private static TwoHosts hosts;
    private static Vertx vertx;
    private static RpcEndpoint server;
    private static RpcEndpoint client;

    @BeforeAll
    static void start() {
        hosts = new TwoHosts();
        vertx = Vertx.vertx();
        server = RpcEndpoint.open(vertx, () -> hosts.server.open(TwoHosts.SIZE), SERVER).await();
        client = RpcEndpoint.open(vertx, () -> hosts.client.open(TwoHosts.SIZE),
            SocketAddress.inetSocketAddress(0, TwoHosts.CLIENT)).await();
        server.handler(request -> request.reply(Buffer.buffer("re: ").appendBuffer(request.body())));
    }

    @AfterAll
    static void stop() {
        client.close().await();
        server.close().await();
        vertx.close().await();
        hosts.close();
    }

    @Test
    void callIsAnsweredOnTheContextThatCalls() throws Exception {
        Context context = vertx.getOrCreateContext();
        CompletableFuture<Context> answered = new CompletableFuture<>();
        context.runOnContext(none -> client.call(SERVER, Buffer.buffer("hello"))
            .onSuccess(answer -> {
                assertThat(answer.toString()).isEqualTo("re: hello");
                answered.complete(Vertx.currentContext());
            }).onFailure(answered::completeExceptionally));
        assertThat(answered.get(40, TimeUnit.SECONDS)).isSameAs(context);
    }

    @Test
    void manyCallsAtOnceAndLongOnesAreEachAnswered() {
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(client.call(SERVER, Buffer.buffer("x".repeat(1 + i * 50))));
        }
        Future.all(answers).await();
        for (int i = 0; i < 500; i++) {
            assertThat(answers.get(i).result().length()).isEqualTo(4 + 1 + i * 50);
        }
    }

    @Test
    void deadlineAndTheMissingServerFailTheCallWithWhatItWas() {
        RpcEndpoint silent = RpcEndpoint.open(vertx, () -> hosts.server.open(TwoHosts.SIZE), SILENT).await();
        assertThatThrownBy(() -> client.call(SILENT, Buffer.buffer("?"), Duration.ofMillis(50)).await())
            .isInstanceOfSatisfying(ToeFailure.class, failure -> assertThat(failure.status()).isEqualTo(Status.TIMED_OUT));
        silent.close().await();
        assertThatThrownBy(() -> client.call(SILENT, Buffer.buffer("?")).await())
            .isInstanceOfSatisfying(ToeFailure.class, failure -> assertThat(failure.status()).isEqualTo(Status.REFUSED));
    }

    /** As many as fill the buffer get no answer: the one behind them waits for room, and no longer than it may. */
    @Test
    void callThatWaitsForRoomKeepsItsDeadline() {
        RpcEndpoint deaf = RpcEndpoint.open(vertx, () -> hosts.server.open(TwoHosts.SIZE), SILENT).await();
        RpcEndpoint caller = RpcEndpoint.open(vertx, () -> hosts.client.open(TwoHosts.SIZE),
            SocketAddress.inetSocketAddress(0, TwoHosts.CLIENT)).await();
        deaf.handler(request -> { });
        Buffer large = Buffer.buffer(new byte[TwoHosts.SIZE.transmitBytes() / 4]);
        for (int i = 0; i < 8; i++) {
            caller.call(SILENT, large);
        }
        assertThatThrownBy(() -> caller.call(SILENT, large, Duration.ofMillis(100)).await())
            .isInstanceOfSatisfying(ToeFailure.class, failure -> assertThat(failure.status()).isEqualTo(Status.TIMED_OUT));
        caller.close().await();
        deaf.close().await();
    }

    /** Each fills its buffer with calls to the other, and has to reply to the other's. */
    @Test
    void twoThatCallEachOtherDoNotStop() {
        RpcEndpoint left = RpcEndpoint.open(vertx, () -> hosts.server.open(TwoHosts.SIZE), SILENT).await();
        RpcEndpoint right = RpcEndpoint.open(vertx, () -> hosts.client.open(TwoHosts.SIZE),
            SocketAddress.inetSocketAddress(97, TwoHosts.CLIENT)).await();
        left.handler(request -> request.reply(request.body()));
        right.handler(request -> request.reply(request.body()));
        Buffer large = Buffer.buffer(new byte[TwoHosts.SIZE.transmitBytes() / 8]);
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(left.call(right.localAddress(), large));
            answers.add(right.call(left.localAddress(), large));
        }
        Future.all(answers).await();
        assertThat(answers).allSatisfy(answer -> assertThat(answer.result()).isEqualTo(large));
        left.close().await();
        right.close().await();
    }

    @Test
    void portThatIsTakenCannotBeOpened() {
        assertThatThrownBy(() -> RpcEndpoint.open(vertx, () -> hosts.server.open(TwoHosts.SIZE), SERVER).await())
            .isInstanceOf(BindException.class);
    }

    @Test
    void callsEndWithTheirEndpoint() {
        RpcEndpoint other = RpcEndpoint.open(vertx, () -> hosts.client.open(TwoHosts.SIZE),
            SocketAddress.inetSocketAddress(0, TwoHosts.CLIENT)).await();
        Future<Buffer> call = other.call(SocketAddress.inetSocketAddress(99, "10.9.0.77"), Buffer.buffer("nobody"));
        other.close().await();
        assertThatThrownBy(call::await).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> other.call(SERVER, Buffer.buffer("late")).await()).isInstanceOf(ClosedChannelException.class);
    }
}
