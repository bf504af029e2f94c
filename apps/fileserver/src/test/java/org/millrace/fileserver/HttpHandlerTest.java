package org.millrace.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.fileserver.FakeNetwork.Client;

class HttpHandlerTest {
    // sha256 of SplitMix64's first 12500 outputs and 5 bytes of the next for seed 42, computed with Python's hashlib
    private static final String RANDOM_HASH = "82e193ff77b64e652fa328319461180292cb19b56706e41c2ecaff4ab7c2aae9";
    private static final long SECOND_NS = 1_000_000_000;
    private static final String HOST = " HTTP/1.1\r\nHost: h\r\n";

    @TempDir
    Path directory;
    private Path root;
    private final FakeNetwork network = new FakeNetwork();
    private Client client;

    @BeforeEach
    void serve() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        Files.writeString(root.resolve("a b.txt"), "hello");
        Files.writeString(directory.resolve("secret"), "secret");
        network.services().http(new InetSocketAddress("10.0.0.1", 80), root);
        network.exchange();
        client = network.connect(0);
    }

    @Test
    void getSendsAFileAndKeepsTheConnection() {
        assertThat(client.send("GET /a%20b.txt" + HOST + "\r\n").text()).isEqualTo("HTTP/1.1 200 OK\r\nServer: millrace"
            + "\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");
        assertThat(client.send("GET http://h/a%20b.txt" + HOST + "\r\n").text()).endsWith("\r\n\r\nhello");
        client.finish();
        assertThat(client.closed).isTrue();
        assertThat(client.aborted).isFalse();
    }

    @Test
    void headSendsNoContent() {
        String request = "HEAD /zero/99" + HOST + "\r\nHEAD /missing" + HOST + "\r\n";
        assertThat(client.send(request).text()).contains("Content-Length: 99\r\n", "404 Not Found")
            .endsWith("\r\n\r\n").doesNotContain("no such file");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        String text = client.send(("GET /zero/3" + HOST + "\r\n").repeat(300)).text();
        assertThat(text.split("HTTP/1.1 200 OK", -1)).hasSize(301);
        assertThat(text).endsWith("\r\n\r\n\0\0\0");
    }

    @Test
    void requestMayComeByteByByteAndBehindEmptyLines() {
        for (byte b : ("\r\n\r\nGET /a%20b.txt" + HOST + "\r\n").getBytes(StandardCharsets.US_ASCII)) {
            client.send(new byte[]{b});
        }
        assertThat(client.text()).endsWith("hello");
    }

    @Test
    void oldClientGetsItsConnectionClosed() {
        assertThat(client.send("GET /a%20b.txt HTTP/1.0\n\n").text()).contains("Connection: close").endsWith("hello");
        assertThat(client.finished).isTrue();
        assertThat(client.closed).isFalse();
        client.finish();
        assertThat(client.closed).isTrue();
    }

    @Test
    void randomContentHasItsKnownHashAndHashTellsTheSame() throws Exception {
        byte[] body = body(client.send("GET /random/100005?seed=42" + HOST + "\r\n").bytes());
        assertThat(body).hasSize(100_005);
        assertThat(hash(body)).isEqualTo(RANDOM_HASH);
        assertThat(client.send("GET /hash/random/100005?x=1&seed=42" + HOST + "\r\n").text())
            .endsWith("\r\n\r\n" + RANDOM_HASH + " 100005\n");
    }

    @ParameterizedTest
    @CsvSource({"POST,/upload/x.bin", "PUT,/upload/x.bin", "POST,/hash"})
    void uploadIsHashedAndStored(String method, String path) throws Exception {
        byte[] bytes = new byte[50_000];
        new Random(7).nextBytes(bytes);
        client.send(method + " " + path + HOST + "Content-Length: 50000\r\n\r\n");
        client.send(Arrays.copyOf(bytes, 20_000));
        assertThat(client.text()).isEmpty();
        client.send(Arrays.copyOfRange(bytes, 20_000, 50_000));
        assertThat(client.text()).startsWith("HTTP/1.1 201 Created").endsWith(hash(bytes) + " 50000\n");
        Path stored = root.resolve("upload/x.bin");
        if (path.equals("/hash")) {
            assertThat(stored).doesNotExist();
        } else {
            assertThat(stored).hasBinaryContent(bytes);
            assertThat(body(client.send("GET /upload/x.bin" + HOST + "\r\n").bytes())).isEqualTo(bytes);
        }
    }

    @Test
    void emptyUploadIsAnUpload() {
        assertThat(client.send("PUT /upload/e" + HOST + "Content-Length: 0\r\n\r\n").text())
            .endsWith("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\n");
        assertThat(client.send("GET /hash/upload/e" + HOST + "\r\n").text()).endsWith(" 0\n");
    }

    @Test
    void clientThatExpectsIsToldToGoOn() {
        client.send("POST /hash" + HOST + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.text()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(client.send("ab").text()).startsWith("HTTP/1.1 201 Created");
    }

    @Test
    void brokenUploadLeavesNothing() throws IOException {
        client.send("PUT /upload/x" + HOST + "Content-Length: 100\r\n\r\nabc");
        client.finish();
        assertThat(client.closed).isTrue();
        try (var files = Files.list(root.resolve("upload"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void resetDuringAnUploadLeavesNothing() throws IOException {
        client.send("PUT /upload/x" + HOST + "Content-Length: 100\r\n\r\nabc");
        network.reset(client);
        try (var files = Files.list(root.resolve("upload"))) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "GET /missing@                                                  | 404 Not Found",
        "GET /@                                                         | 404 Not Found",
        "GET /../secret@                                                | 404 Not Found",
        "GET /%2e%2e/secret@                                            | 404 Not Found",
        "GET /%2e%2e%2fsecret@                                          | 404 Not Found",
        "GET //etc/passwd@                                              | 404 Not Found",
        "GET /link@                                                     | 404 Not Found",
        "GET /a%00b@                                                    | 400 Bad Request",
        "GET /a%zz@                                                     | 400 Bad Request",
        "GET /a%4@                                                      | 400 Bad Request",
        "GET a@                                                         | 400 Bad Request",
        "GET / HTTP/1.1~~                                               | 400 Bad Request",
        "GET /~~                                                        | 400 Bad Request",
        "G(T / HTTP/1.1~Host: h~~                                       | 400 Bad Request",
        "GET / HTTP/1.1~Host : h~~                                      | 400 Bad Request",
        "GET / HTTP/1.1~Host: h~ folded~~                               | 400 Bad Request",
        "GET / HTTP/1.1~Host: a~Host: b~~                               | 400 Bad Request",
        "GET / HTTP/2.0~Host: a~~                                       | 505 HTTP Version Not Supported",
        "DELETE /x@                                                     | 405 Method Not Allowed",
        "POST /upload/x@                                                | 411 Length Required",
        "POST /upload/x HTTP/1.1~Host: h~Transfer-Encoding: chunked~~   | 411 Length Required",
        "POST /hash HTTP/1.1~Host: h~Content-Length: 1~Transfer-Encoding: chunked~~ | 400 Bad Request",
        "POST /hash HTTP/1.1~Host: h~Content-Length: 1~Content-Length: 2~~ | 400 Bad Request",
        "POST /hash HTTP/1.1~Host: h~Content-Length: -1~~               | 400 Bad Request",
        "POST /hash HTTP/1.1~Host: h~Content-Length: 99999999999999999999~~ | 400 Bad Request",
        "POST /upload/x HTTP/1.1~Host: h~Content-Length: 99999999999999~~ | 413 Content Too Large",
        "POST /upload/.x HTTP/1.1~Host: h~Content-Length: 1~~           | 404 Not Found",
        "POST /upload/a/b HTTP/1.1~Host: h~Content-Length: 1~~          | 404 Not Found",
    })
    void badRequestIsRefusedAndTheConnectionEnds(String request, String status) throws IOException {
        Files.createSymbolicLink(root.resolve("link"), directory.resolve("secret"));
        client.send(request.replace("@", HOST + "~").replace("~", "\r\n"));
        assertThat(client.text()).startsWith("HTTP/1.1 " + status + "\r\n").contains("Connection: close")
            .doesNotContain("secret");
        assertThat(client.finished).isTrue();
        assertThat(client.aborted).isFalse();
        client.send(new byte[20_000]);
        client.finish();
        assertThat(client.closed).isTrue();
        assertThat(client.aborted).isFalse();
        assertThat(client.bytes()).isEmpty();
    }

    @Test
    void headWithoutEndIsRefused() {
        client.send("GET /" + "x".repeat(HttpHandler.HEAD_BYTES));
        assertThat(client.text()).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void clientThatSendsOnAndOnAfterAnErrorIsReset() {
        client.send("NONSENSE\r\n\r\n");
        client.send(new byte[65 << 20]);
        assertThat(client.aborted).isTrue();
    }

    @Test
    void randomBytesAreAnsweredOrIgnoredAndNeverStopTheServer() {
        for (long seed = 0; seed < 14; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[3000];
            random.nextBytes(bytes);
            byte[] start = "POST /upload/x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n".getBytes(
                StandardCharsets.US_ASCII);
            System.arraycopy(start, 0, bytes, 0, start.length);
            for (int i = 0; i < 3; i++) {
                bytes[random.nextInt(start.length)] = (byte) random.nextInt();
            }
            Client hostile = network.connect(0);
            hostile.send(bytes);
            hostile.finish();
            assertThat(hostile.closed).as("seed %d", seed).isTrue();
        }
        assertThat(client.send("GET /a%20b.txt" + HOST + "\r\n").text()).endsWith("hello");
    }

    private static byte[] body(byte[] response) {
        for (int i = 3; i < response.length; i++) {
            if (response[i] == '\n' && response[i - 2] == '\n') {
                return Arrays.copyOfRange(response, i + 1, response.length);
            }
        }
        throw new AssertionError("no head in " + new String(response, StandardCharsets.ISO_8859_1));
    }

    private static String hash(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void headMustCompleteInTimeHoweverManyBytesOfItCome() {
        Client slow = network.connect(0);
        Client silent = network.connect(0);
        for (int second = 0; second < 9; second++) {
            slow.send("G");
            network.pass(SECOND_NS);
        }
        assertThat(slow.closed).isFalse();
        for (int second = 0; second < 3; second++) {
            slow.send("E");
            network.pass(SECOND_NS);
        }
        assertThat(slow.aborted).isTrue();
        assertThat(silent.aborted).isTrue();
    }

    @Test
    void connectionBetweenRequestsIsKeptForAWhile() {
        client.send("GET /zero/3" + HOST + "\r\n");
        network.pass(59 * SECOND_NS);
        assertThat(client.send("GET /zero/3" + HOST + "\r\n").text()).endsWith("\0\0\0");
        network.pass(59 * SECOND_NS);
        assertThat(client.closed).isFalse();
        network.pass(3 * SECOND_NS);
        assertThat(client.aborted).isTrue();
    }

    @Test
    void slowBodyAndSlowReaderMakeProgress() {
        client.send("POST /hash" + HOST + "Content-Length: 40\r\n\r\n");
        for (int i = 0; i < 39; i++) {
            client.send("x");
            network.pass(30 * SECOND_NS);
        }
        assertThat(client.send("x").text()).contains("201 Created");
    }

    @Test
    void lockedOutIsNobodyByHeadsThatDoNotEnd() {
        for (int i = 0; i < 13; i++) {
            network.connect(0).send("GET / HTTP/1.1\r\nX: ");
        }
        Client honest = network.connect(0);
        assertThat(honest.send("GET /a%20b.txt" + HOST + "\r\n").text()).endsWith("hello");
        assertThat(client.aborted).as("it has said nothing for longest").isTrue();
    }

    @ParameterizedTest
    @CsvSource({".hidden", "sub/.hidden", ".git/config", "visible", "upload/.upload1.part"})
    void hiddenFilesAreNotThere(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "hidden");
        Files.deleteIfExists(root.resolve("visible"));
        Files.createSymbolicLink(root.resolve("visible"), file.equals(root.resolve("visible"))
            ? Files.writeString(root.resolve(".target"), "hidden") : file);
        for (String name : List.of(path, "visible")) {
            assertThat(client.send("GET /" + name + HOST + "\r\n").text()).as(name).contains("404 Not Found")
                .doesNotContain("hidden");
            client = network.connect(0);
        }
    }

    @Test
    void uploadToARootThatCannotBeWrittenIsForbidden() throws IOException {
        Files.writeString(root.resolve("upload"), "a file where the directory would be");
        assertThat(client.send("POST /upload/a" + HOST + "Content-Length: 3\r\n\r\nabc").text())
            .startsWith("HTTP/1.1 403 Forbidden");
    }
}
