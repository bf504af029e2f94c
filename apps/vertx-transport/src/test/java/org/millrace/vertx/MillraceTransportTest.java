package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextGrant;
import org.slf4j.LoggerFactory;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MillraceTransportTest {
    private static TwoHosts hosts;
    private static Vertx server;
    private static Vertx client;

    @BeforeAll
    static void start() {
        hosts = new TwoHosts();
        server = Vertx.builder().withTransport(MillraceTransport.over(hosts.server, TwoHosts.SIZE)).build();
        client = Vertx.builder().withTransport(MillraceTransport.over(hosts.client, TwoHosts.SIZE)).build();
    }

    @AfterAll
    static void stop() throws Exception {
        get(client.close());
        get(server.close());
        hosts.close();
    }

    private static <T> T get(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS);
    }

    private static HttpServer http(HttpServerOptions options) throws Exception {
        return get(server.createHttpServer(options).requestHandler(request -> request.body().onSuccess(body ->
            request.response().end(Buffer.buffer(request.version() + " " + request.path() + " ").appendBuffer(body))))
            .listen(0, TwoHosts.SERVER));
    }

    private static String post(HttpClient http, int port, String path, String body) throws Exception {
        return get(http.request(HttpMethod.POST, port, TwoHosts.SERVER, path)
            .compose(request -> request.send(body)).compose(response -> response.body())).toString();
    }

    @Test
    void http1() throws Exception {
        HttpServer http = http(new HttpServerOptions());
        HttpClient asking = client.createHttpClient();
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            answers.add(asking.request(HttpMethod.POST, http.actualPort(), TwoHosts.SERVER, "/" + i)
                .compose(request -> request.send("n" + number)).compose(response -> response.body()));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(get(answers.get(i))).hasToString("HTTP_1_1 /" + i + " n" + i);
        }
        get(asking.close());
        get(http.close());
    }

    @Test
    void datagramsGoOverTheInstanceIfAsked() throws Exception {
        Vertx near = Vertx.builder().withTransport(MillraceTransport.over(hosts.client, TwoHosts.SIZE).datagrams()).build();
        Vertx far = Vertx.builder().withTransport(MillraceTransport.over(hosts.server, TwoHosts.SIZE).datagrams()).build();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        DatagramSocket echo = far.createDatagramSocket();
        get(echo.handler(packet -> echo.send(packet.data(), packet.sender().port(), packet.sender().host()))
            .listen(4711, "0.0.0.0"));
        DatagramSocket asking = near.createDatagramSocket();
        asking.handler(packet -> heard.add(packet.sender() + " " + packet.data()));
        get(asking.send("over Millrace", 4711, TwoHosts.SERVER));
        assertThat(heard.take()).isEqualTo(TwoHosts.SERVER + ":4711 over Millrace");
        assertThat(hosts.server.status().transports()).filteredOn(transport -> transport.name().equals("udp")).singleElement()
            .satisfies(udp -> assertThat(udp.received()).as("datagrams that came by Millrace").isPositive());
        get(near.close());
        get(far.close());
    }

    /** Contexts as they come. */
    @Test
    void twoThousandClientsOfOneEventLoop() throws Exception {
        VertxOptions oneLoop = new VertxOptions().setEventLoopPoolSize(1);
        Vertx serving = Vertx.builder().with(oneLoop).withTransport(MillraceTransport.over(hosts.server)).build();
        Vertx asking = Vertx.builder().with(oneLoop).withTransport(MillraceTransport.over(hosts.client)).build();
        try {
            NetServer echo = get(serving.createNetServer().connectHandler(socket -> socket.pipeTo(socket))
                .listen(0, TwoHosts.SERVER));
            NetClient clients = asking.createNetClient();
            List<Future<Buffer>> answers = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                Buffer word = Buffer.buffer("n" + i);
                answers.add(clients.connect(echo.actualPort(), TwoHosts.SERVER).compose(socket -> {
                    Promise<Buffer> answer = Promise.promise();
                    socket.exceptionHandler(answer::tryFail).handler(answer::tryComplete);
                    socket.write(word);
                    return answer.future();
                }));
            }
            for (int i = 0; i < 2000; i++) {
                assertThat(get(answers.get(i))).hasToString("n" + i);
            }
            assertThat(hosts.server.status().contextConnections()).isGreaterThanOrEqualTo(2000);
            get(clients.close()); // held until here: Vert.x closes a client that is garbage
        } finally {
            get(asking.close());
            get(serving.close());
        }
    }

    @Test
    void http2WithoutTls() throws Exception {
        HttpServer http = http(new HttpServerOptions());
        HttpClient asking = client.createHttpClient(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2));
        assertThat(post(asking, http.actualPort(), "/two", "body")).isEqualTo("HTTP_2 /two body");
        get(asking.close());
        get(http.close());
    }

    @Test
    void http2OverTlsByAlpn() throws Exception {
        X509Bundle certificate = new CertificateBuilder().subject("cn=" + TwoHosts.SERVER).setIsCertificateAuthority(true)
            .buildSelfSigned();
        HttpServer http = http(new HttpServerOptions().setSsl(true).setUseAlpn(true).setSslHandshakeTimeout(60)
            .setKeyCertOptions(new PemKeyCertOptions().addCertValue(Buffer.buffer(certificate.getCertificatePathPEM()))
                .addKeyValue(Buffer.buffer(certificate.getPrivateKeyPEM()))));
        HttpClient asking = client.createHttpClient(new HttpClientOptions().setSsl(true).setUseAlpn(true).setSslHandshakeTimeout(60)
            .setProtocolVersion(HttpVersion.HTTP_2).setTrustAll(true).setVerifyHost(false));
        assertThat(post(asking, http.actualPort(), "/tls", "secret")).isEqualTo("HTTP_2 /tls secret");
        get(asking.close());
        get(http.close());
    }

    @Test
    void webSocket() throws Exception {
        HttpServer http = get(server.createHttpServer()
            .webSocketHandler(socket -> socket.textMessageHandler(text -> socket.writeTextMessage("echo " + text)))
            .listen(0, TwoHosts.SERVER));
        WebSocketClient asking = client.createWebSocketClient();
        CompletableFuture<String> answer = new CompletableFuture<>();
        asking.connect(http.actualPort(), TwoHosts.SERVER, "/").onFailure(answer::completeExceptionally)
            .onSuccess(socket -> {
                socket.textMessageHandler(answer::complete);
                socket.writeTextMessage("hello");
            });
        assertThat(answer.get()).isEqualTo("echo hello");
        get(asking.close());
        get(http.close());
    }

    @Test
    void fileIsSent(@TempDir Path directory) throws Exception {
        byte[] data = new byte[2_000_000];
        new SplittableRandom(1).nextBytes(data);
        Path file = Files.write(directory.resolve("data"), data);
        HttpServer http = get(server.createHttpServer().requestHandler(request ->
            request.response().sendFile(file.toString())).listen(0, TwoHosts.SERVER));
        HttpClient asking = client.createHttpClient();
        Buffer body = get(asking.request(HttpMethod.GET, http.actualPort(), TwoHosts.SERVER, "/")
            .compose(request -> request.send()).compose(response -> response.body()));
        assertThat(body.getBytes()).isEqualTo(data);
        get(asking.close());
        get(http.close());
    }

    @Test
    void netServerAndClientEchoBothWays() throws Exception {
        NetServer echo = get(server.createNetServer().connectHandler(socket -> socket.pipeTo(socket))
            .listen(0, TwoHosts.SERVER));
        byte[] data = new byte[1_000_000];
        new SplittableRandom(2).nextBytes(data);
        Buffer received = Buffer.buffer();
        CompletableFuture<Void> end = new CompletableFuture<>();
        NetClient asking = client.createNetClient(); // held: Vert.x closes a client that is garbage
        asking.connect(echo.actualPort(), TwoHosts.SERVER).onFailure(end::completeExceptionally)
            .onSuccess(socket -> {
                socket.handler(buffer -> {
                    received.appendBuffer(buffer);
                    if (received.length() == data.length) {
                        socket.close();
                    }
                });
                socket.closeHandler(nothing -> end.complete(null));
                socket.write(Buffer.buffer(data));
            });
        end.get();
        assertThat(received.getBytes()).isEqualTo(data);
        get(asking.close());
        get(echo.close());
    }

    @Test
    void refusedConnectFails() throws Exception {
        NetClient asking = client.createNetClient();
        assertThatThrownBy(() -> get(asking.connect(9, TwoHosts.SERVER)))
            .hasCauseInstanceOf(ConnectException.class).hasMessageContaining("refused");
        get(asking.close());
    }

    @Test
    void withoutInstanceVertxDoesNotStart() {
        assertThatThrownBy(() -> Vertx.builder().withTransport(MillraceTransport.over(MillraceTransportTest::gone)).build())
            .isInstanceOf(IllegalStateException.class).hasMessageContaining("instance 'lost' is not running");
    }

    @Test
    void withoutInstanceVertxFallsBackIfToldTo() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(MillraceTransport.class);
        logger.addAppender(log);
        for (Fallback fallback : List.of(Fallback.WARN, Fallback.SILENT)) {
            MillraceTransport transport = MillraceTransport.over(MillraceTransportTest::gone).fallback(fallback);
            assertThat(transport.fallbacks()).isZero();
            Vertx kernel = Vertx.builder().withTransport(transport).build();
            assertThat(transport.fallbackCause()).hasMessageContaining("lost");
            assertThat(transport.fallbacks()).isEqualTo(1);
            HttpServer http = get(kernel.createHttpServer().requestHandler(request -> request.response().end("kernel"))
                .listen(0, "127.0.0.1"));
            assertThat(askKernel(http.actualPort())).endsWith("kernel");
            get(kernel.close());
        }
        logger.detachAppender(log);
        assertThat(log.list).as("WARN says it, SILENT does not").singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).contains("instead of Millrace", "instance 'lost' is not running");
            assertThat(line.getThrowableProxy().getMessage()).isEqualTo("instance 'lost' is not running");
        });
    }

    private static String askKernel(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void routedAddressesGoOverMillraceAndOthersOverTheKernel() throws Exception {
        Vertx both = Vertx.builder()
            .withTransport(MillraceTransport.over(hosts.server, TwoHosts.SIZE).route("10.0.0.0/8")).build();
        HttpServer inside = get(both.createHttpServer().requestHandler(request -> request.response().end("millrace"))
            .listen(0, TwoHosts.SERVER));
        HttpServer outside = get(both.createHttpServer().requestHandler(request -> request.response().end("kernel"))
            .listen(0, "127.0.0.1"));
        assertThat(askKernel(outside.actualPort())).endsWith("kernel");
        HttpClient beside = client.createHttpClient();
        assertThat(post(beside, inside.actualPort(), "/", "")).isEqualTo("millrace");
        get(beside.close());
        HttpClient asking = both.createHttpClient();
        Buffer answer = get(asking.request(HttpMethod.GET, outside.actualPort(), "127.0.0.1", "/")
            .compose(request -> request.send()).compose(response -> response.body()));
        assertThat(answer).hasToString("kernel");
        get(asking.close());
        get(both.close());
    }

    @Test
    void whatIsNoPrefixIsRefused() {
        MillraceTransport transport = MillraceTransport.over(hosts.server);
        for (String wrong : List.of("10.0.0.1/8", "10.0.0.0/33", "fd00::/8", "host", "10.0.0.0/", "10.0.0.0/-1")) {
            assertThatThrownBy(() -> transport.route(wrong)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wrong);
        }
        assertThatThrownBy(transport::route).hasMessageContaining("no prefix");
    }

    private static ContextGrant gone() {
        throw new IllegalStateException("instance 'lost' is not running");
    }
}
