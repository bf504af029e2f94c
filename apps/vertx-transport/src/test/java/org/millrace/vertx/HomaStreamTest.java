package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.context.Status;
import org.millrace.toe.ToeFailure;

/** NetServer and NetClient as they are, over Homa as long as {@link #homa} says so, else over TCP. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HomaStreamTest {
    private static final int PORT = 7000;

    private static TwoHosts hosts;
    private static Vertx serving;
    private static Vertx asking;
    private static volatile boolean homa = true;

    @BeforeAll
    static void start() {
        hosts = new TwoHosts();
        serving = vertx(MillraceTransport.over(hosts.server, TwoHosts.SIZE));
        asking = vertx(MillraceTransport.over(hosts.client, TwoHosts.SIZE));
    }

    private static Vertx vertx(MillraceTransport transport) {
        return Vertx.builder().withTransport(transport.overHoma(peer -> homa)).build();
    }

    @AfterAll
    static void stop() {
        asking.close().await();
        serving.close().await();
        hosts.close();
    }

    private static NetServer echo(int port) {
        return serving.createNetServer().connectHandler(socket -> socket.pipeTo(socket)).listen(port, TwoHosts.SERVER).await();
    }

    /** Sends bytes, and answers as many that have come back. */
    private static Future<Buffer> exchange(NetSocket socket, Buffer bytes) {
        Promise<Buffer> all = Promise.promise();
        Buffer got = Buffer.buffer();
        socket.exceptionHandler(all::tryFail).closeHandler(none -> all.tryFail("closed after " + got.length()));
        socket.handler(part -> {
            got.appendBuffer(part);
            if (got.length() == bytes.length()) {
                all.tryComplete(got);
            }
        });
        socket.write(bytes);
        return all.future();
    }

    private static Buffer random(int seed, int bytes) {
        byte[] some = new byte[bytes];
        new Random(seed).nextBytes(some);
        return Buffer.buffer(some);
    }

    @Test
    void manyConnectionsEchoAFewHundredKilobytesEach() {
        NetServer server = echo(PORT);
        NetClient client = asking.createNetClient();
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int seed = i;
            answers.add(client.connect(PORT, TwoHosts.SERVER).compose(socket -> exchange(socket, random(seed, 300_000 + seed))
                .eventually(socket::close)));
        }
        Future.all(answers).await();
        for (int i = 0; i < 8; i++) {
            assertThat(answers.get(i).result()).as("connection " + i).isEqualTo(random(i, 300_000 + i));
        }
        client.close().await();
        server.close().await();
    }

    @Test
    void allThatWasWrittenBeforeACloseArrivesWhicheverSideCloses() {
        Buffer bytes = random(1, 200_000);
        Promise<Buffer> atServer = Promise.promise();
        NetServer server = serving.createNetServer().connectHandler(socket -> {
            Buffer got = Buffer.buffer();
            socket.handler(got::appendBuffer).endHandler(none -> atServer.tryComplete(got));
        }).listen(PORT + 1, TwoHosts.SERVER).await();
        NetServer giver = serving.createNetServer().connectHandler(socket -> {
            socket.write(bytes);
            socket.close();
        }).listen(PORT + 2, TwoHosts.SERVER).await();
        NetClient client = asking.createNetClient();
        client.connect(PORT + 1, TwoHosts.SERVER).compose(socket -> {
            socket.write(bytes);
            return socket.close();
        }).await();
        assertThat(atServer.future().await()).isEqualTo(bytes);
        Buffer atClient = client.connect(PORT + 2, TwoHosts.SERVER).compose(socket -> {
            Promise<Buffer> all = Promise.promise();
            Buffer got = Buffer.buffer();
            socket.handler(got::appendBuffer).endHandler(none -> all.complete(got));
            return all.future();
        }).await();
        assertThat(atClient).isEqualTo(bytes);
        client.close().await();
        server.close().await();
        giver.close().await();
    }

    @Test
    void readerThatPausesHoldsTheWriterBack() {
        Promise<NetSocket> accepted = Promise.promise();
        NetServer server = serving.createNetServer().connectHandler(socket -> accepted.complete(socket.pause()))
            .listen(0, TwoHosts.SERVER).await();
        NetClient client = asking.createNetClient();
        NetSocket socket = client.connect(server.actualPort(), TwoHosts.SERVER).await();
        Buffer bytes = random(3, 500_000);
        Future<Void> written = socket.write(bytes);
        NetSocket reader = accepted.future().await();
        Promise<Boolean> early = Promise.promise();
        serving.setTimer(200, none -> early.complete(written.isComplete()));
        assertThat(early.future().await()).isFalse();
        Promise<Buffer> all = Promise.promise();
        Buffer got = Buffer.buffer();
        reader.handler(part -> {
            if (got.appendBuffer(part).length() == bytes.length()) {
                all.complete(got);
            }
        }).resume();
        assertThat(all.future().await()).isEqualTo(bytes);
        written.await();
        client.close().await();
        server.close().await();
    }

    @Test
    void whereNobodyServesAConnectFails() {
        NetClient client = asking.createNetClient();
        assertThatThrownBy(() -> client.connect(PORT + 4, TwoHosts.SERVER).await()).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> echo(40_000)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("32767");
        client.close().await();
    }

    @Test
    void whereNobodyIsAConnectFailsInHomasTime() {
        try (TwoHosts impatient = TwoHosts.withHomaTimeout(200)) {
            Vertx vertx = vertx(MillraceTransport.over(impatient.client, TwoHosts.SIZE));
            NetClient client = vertx.createNetClient();
            assertThatThrownBy(() -> client.connect(PORT, "10.9.0.77").await()).isInstanceOf(ConnectException.class);
            client.close().await();
            vertx.close().await();
        }
    }

    @Test
    void writerWhosePeerGoesAwayHearsOfIt() {
        NetClient client = asking.createNetClient();
        Vertx other = vertx(MillraceTransport.over(hosts.server, TwoHosts.SIZE));
        other.createNetServer().connectHandler(NetSocket::pause).listen(PORT + 5, TwoHosts.SERVER).await();
        NetSocket socket = client.connect(PORT + 5, TwoHosts.SERVER).await();
        Future<Void> written = socket.write(random(5, 500_000));
        other.close().await();
        assertThatThrownBy(written::await).isInstanceOf(IOException.class);
        client.close().await();
    }

    @Test
    void abortReachesThePeerAsAReset() {
        Promise<Throwable> why = Promise.promise();
        NetServer server = serving.createNetServer().connectHandler(socket -> socket.exceptionHandler(why::tryComplete))
            .listen(PORT + 7, TwoHosts.SERVER).await();
        NetClient client = asking.createNetClient(new NetClientOptions().setSoLinger(0));
        client.connect(PORT + 7, TwoHosts.SERVER).compose(NetSocket::close).await();
        assertThat(why.future().await()).isInstanceOfSatisfying(ToeFailure.class,
            failure -> assertThat(failure.status()).isEqualTo(Status.RESET));
        client.close().await();
        server.close().await();
    }

    @Test
    void newStreamsAreSwitchedWhileOldOnesGoOn() {
        NetServer overHoma = echo(PORT + 6);
        NetClient client = asking.createNetClient();
        NetSocket old = client.connect(PORT + 6, TwoHosts.SERVER).await();
        homa = false;
        try {
            assertThatThrownBy(() -> client.connect(PORT + 6, TwoHosts.SERVER).await()).isInstanceOf(ConnectException.class);
            Vertx second = vertx(MillraceTransport.over(hosts.server, TwoHosts.SIZE));
            second.createNetServer().connectHandler(socket -> socket.pipeTo(socket)).listen(PORT + 6, TwoHosts.SERVER).await();
            NetSocket overTcp = client.connect(PORT + 6, TwoHosts.SERVER).await();
            assertThat(exchange(overTcp, random(6, 100_000)).await()).isEqualTo(random(6, 100_000));
            assertThat(exchange(old, random(7, 100_000)).await()).isEqualTo(random(7, 100_000));
            second.close().await();
        } finally {
            homa = true;
        }
        client.close().await();
        overHoma.close().await();
    }
}
