package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.Status;
import org.millrace.netty.ListenerWatch;
import org.millrace.toe.Attach;
import org.millrace.toe.ToeFailure;

/** Vert.x and the instance that it runs over in processes of their own. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class AttachTest {
    @TempDir
    Path temporary;

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Vertx vertx(MillraceTransport transport) {
        return Vertx.builder().with(new VertxOptions().setEventLoopPoolSize(1)).withTransport(transport).build();
    }

    private static Buffer noise(int bytes, long seed) {
        byte[] noise = new byte[bytes];
        new SplittableRandom(seed).nextBytes(noise);
        return Buffer.buffer(noise);
    }

    @Test
    void serverOfAnotherProcessAnswersAndHearsThatItsRuntimeEnds() throws Exception {
        Path directory = temporary.resolve("one");
        TwoHosts hosts = new TwoHosts(directory);
        Vertx asking = vertx(MillraceTransport.over(hosts.client, TwoHosts.SIZE));
        try (Child server = Child.application(AttachedServer.class, directory)) {
            assertThat(server.line()).isEqualTo("listening");
            HttpClient http = asking.createHttpClient(); // held: Vert.x closes a client that is garbage, and its streams
            for (int i = 0; i < 20; i++) {
                Buffer sent = noise(i * 10_000, i);
                Buffer answer = get(http.request(HttpMethod.POST, AttachedServer.PORT, TwoHosts.SERVER, "/")
                    .compose(request -> request.send(sent)).compose(response -> response.body()));
                assertThat(answer).isEqualTo(sent);
            }
            hosts.server.close();
            get(http.close());
            assertThat(server.line()).startsWith("lost: ").contains("instance 'one'", "runtime went away");
        } finally {
            get(asking.close());
            hosts.close();
        }
    }

    @Test
    void runtimeKilledUnderLoadFailsItsConnectionsAndNewOnesWorkWhenItIsBack() throws Exception {
        Path directory = temporary.resolve("two");
        Vertx vertx = null;
        try (Child first = Child.runtime(EchoRuntime.class, directory)) {
            assertThat(first.line()).isEqualTo("listening");
            vertx = vertx(MillraceTransport.attach(directory.toString(), TwoHosts.SIZE));
            NetClient client = vertx.createNetClient(); // held
            List<Transfer> transfers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                transfers.add(new Transfer(get(connect(client))));
            }
            for (Transfer transfer : transfers) {
                transfer.underWay.get(60, TimeUnit.SECONDS);
            }
            first.kill(); // while all of them write and read
            for (Transfer transfer : transfers) {
                Throwable cause = transfer.cause.get(60, TimeUnit.SECONDS);
                assertThat(cause).isInstanceOf(ToeFailure.class).hasMessageContaining("instance 'two'")
                    .hasMessageContaining("runtime went away");
                assertThat(((ToeFailure) cause).status()).isEqualTo(Status.ABORTED);
                transfer.closed.get(60, TimeUnit.SECONDS);
            }
            Future<NetSocket> failing = connect(client);
            Throwable refused = catchThrowable(() -> get(failing)).getCause();
            assertThat(refused).isInstanceOf(Attach.AttachException.class).hasMessageContaining(directory.toString());
            assertThat(((Attach.AttachException) refused).reason()).isEqualTo(Attach.Reason.UNKNOWN_INSTANCE);

            try (Child second = Child.runtime(EchoRuntime.class, directory)) {
                assertThat(second.line()).isEqualTo("listening");
                assertThat(echo(get(connect(client)))).isEqualTo(noise(1000, 1));
            }
            get(client.close());
        } finally {
            if (vertx != null) {
                get(vertx.close());
            }
        }
    }

    @Test
    void serverListensAgainWhenItsRuntimeIsBack() throws Exception {
        Path directory = temporary.resolve("three");
        BlockingQueue<String> news = new LinkedBlockingQueue<>();
        try (Child first = Child.runtime(AskingRuntime.class, directory)) {
            assertThat(first.line()).isEqualTo("ready");
            MillraceTransport transport = MillraceTransport.attach(directory.toString(), TwoHosts.SIZE)
                .listeners(new ListenerWatch() {
                    @Override
                    public void lost(InetSocketAddress local, IOException cause) {
                        news.add("lost " + local.getPort() + ": " + cause.getMessage());
                    }

                    @Override
                    public void back(InetSocketAddress local) {
                        news.add("back " + local.getPort());
                    }
                });
            Vertx vertx = vertx(transport);
            try {
                get(vertx.createHttpServer().requestHandler(request -> request.response().end("here"))
                    .listen(AskingRuntime.PORT, TwoHosts.SERVER));
                first.say("ask");
                assertThat(first.line()).isEqualTo("here");
                first.kill();
                assertThat(news.poll(60, TimeUnit.SECONDS)).startsWith("lost " + AskingRuntime.PORT + ": ")
                    .contains("instance 'three'");
                assertThat(transport.deafServers()).isEqualTo(1);
                try (Child second = Child.runtime(AskingRuntime.class, directory)) {
                    assertThat(second.line()).isEqualTo("ready");
                    assertThat(news.poll(60, TimeUnit.SECONDS)).isEqualTo("back " + AskingRuntime.PORT);
                    assertThat(transport.deafServers()).isZero();
                    second.say("ask");
                    assertThat(second.line()).isEqualTo("here");
                }
            } finally {
                get(vertx.close());
            }
        }
    }

    @Test
    void programThatKnowsNothingOfMillraceRunsOverTheInstanceThatAPropertyNames() throws Exception {
        Path directory = temporary.resolve("four");
        TwoHosts hosts = new TwoHosts(directory);
        Vertx asking = vertx(MillraceTransport.over(hosts.client, TwoHosts.SIZE));
        try (Child plain = Child.application(PlainServer.class, directory, "-Dmillrace.instance=" + directory,
            "-Dmillrace.connections=64")) {
            assertThat(plain.line()).isEqualTo("listening");
            HttpClient http = asking.createHttpClient(); // held
            Buffer answer = get(http.request(HttpMethod.GET, PlainServer.PORT, TwoHosts.SERVER, "/")
                .compose(request -> request.send()).compose(response -> response.body()));
            assertThat(answer).hasToString("plain");
            get(http.close());
        } finally {
            get(asking.close());
            hosts.close();
        }
        try (Child nowhere = Child.application(PlainServer.class, directory, "-Dmillrace.instance=nowhere-at-all")) {
            assertThat(nowhere.line()).startsWith("failed: ").contains("nowhere-at-all", "does not run");
        }
        try (Child wrong = Child.application(PlainServer.class, directory, "-Dmillrace.instance=x", "-Dmillrace.fallback=no")) {
            assertThat(wrong.line()).startsWith("failed: ").contains("millrace.fallback is 'no'");
        }
    }

    /** Sends what comes back, for ever. */
    private static final class Transfer {
        final CompletableFuture<Void> underWay = new CompletableFuture<>();
        final CompletableFuture<Throwable> cause = new CompletableFuture<>();
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        private int received;

        Transfer(NetSocket socket) {
            socket.exceptionHandler(cause::complete).closeHandler(closed::complete).handler(buffer -> {
                received += buffer.length();
                if (received > 1_000_000) {
                    underWay.complete(null);
                }
                socket.write(buffer);
            });
            socket.write(noise(60_000, 2));
        }
    }

    private static Future<NetSocket> connect(NetClient client) {
        return client.connect(EchoRuntime.PORT, TwoHosts.CLIENT);
    }

    private static Buffer echo(NetSocket socket) throws Exception {
        CompletableFuture<Buffer> answer = new CompletableFuture<>();
        Buffer received = Buffer.buffer();
        socket.handler(buffer -> {
            if (received.appendBuffer(buffer).length() == 1000) {
                answer.complete(received);
            }
        });
        socket.write(noise(1000, 1));
        return answer.get(60, TimeUnit.SECONDS);
    }

    @Test
    void whereNoInstanceRunsVertxDoesNotStart() {
        assertThatThrownBy(() -> vertx(MillraceTransport.attach("nowhere-" + ProcessHandle.current().pid())))
            .isInstanceOf(IllegalStateException.class).hasCauseInstanceOf(Attach.AttachException.class)
            .hasMessageContaining("'nowhere-").hasMessageContaining("does not run").hasMessageContaining("start the instance");
        assertThatThrownBy(() -> vertx(MillraceTransport.attach("no name")))
            .isInstanceOf(IllegalStateException.class).hasMessageContaining("no instance name");
    }
}
