package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.context.ContextSize;

class UnixSocketsTest {
    @TempDir
    Path directory;

    private final UnixSockets sockets = new UnixSockets();
    private final MemorySegment memory = Arena.ofAuto().allocate(8192, 8);
    private int listener;
    private int client;
    private int server;

    @BeforeEach
    void connect() {
        listener = sockets.listen(directory.resolve("socket"), 4);
        client = sockets.connect(directory.resolve("socket"));
        server = sockets.accept(listener);
        assertThat(server).isPositive();
    }

    @AfterEach
    void close() {
        Linux.close(client);
        Linux.close(server);
        Linux.close(listener);
    }

    @Test
    void descriptorArrivesAsADuplicateOfTheSameMemory() {
        try (MappedRegion region = MappedRegion.create("test", 4096)) {
            region.segment().set(ValueLayout.JAVA_INT, 0, 42);
            memory.set(ValueLayout.JAVA_LONG, 0, 7);
            assertThat(sockets.send(server, memory, 8, region.descriptor())).isEqualTo(8);
            int[] descriptors = new int[2];
            assertThat(sockets.receive(client, memory, 64, 100, descriptors)).isEqualTo(8);
            assertThat(memory.get(ValueLayout.JAVA_LONG, 64)).isEqualTo(7);
            assertThat(descriptors[0]).isPositive().isNotEqualTo(region.descriptor());
            assertThat(descriptors[1]).isEqualTo(-1);
            try (MappedRegion received = MappedRegion.attach(descriptors[0], 4096)) {
                assertThat(received.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
            }
        }
    }

    @Test
    void descriptorsBeyondTheArrayAreClosed() throws IOException {
        try (MappedRegion region = MappedRegion.create("counted", 4096)) {
            long before = descriptorsOf("counted");
            sockets.send(server, memory, 1, region.descriptor(), region.descriptor(), region.descriptor());
            int[] one = new int[1];
            assertThat(sockets.receive(client, memory, 0, 1, one)).isEqualTo(1);
            assertThat(descriptorsOf("counted")).isEqualTo(before + 1);
            Linux.close(one[0]);
        }
    }

    private static long descriptorsOf(String name) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> target(descriptor).startsWith("/memfd:" + name + " ")).count();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed by now";
        }
    }

    @Test
    void peerIsThisProcess() {
        UnixSockets.Peer peer = sockets.peer(server);
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isEqualTo(Linux.userId());
    }

    @Test
    void hangUpReadsAsTheEndAndSilenceAsAgain() {
        assertThat(sockets.receiveNow(client, memory)).isEqualTo(-Linux.EAGAIN);
        Linux.close(server);
        server = -1;
        assertThat(sockets.receiveNow(client, memory)).isZero();
    }

    @Test
    void failuresAreErrorNumbers() {
        assertThat(sockets.connect(directory.resolve("none"))).isEqualTo(-Linux.ENOENT);
        Linux.close(listener);
        assertThat(sockets.connect(directory.resolve("socket"))).isEqualTo(-UnixSockets.ECONNREFUSED);
        listener = -1;
        assertThatThrownBy(() -> sockets.connect(Path.of("/" + "x".repeat(108))))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 107 bytes");
    }

    @Test
    void requestAndReplyReadAsTheyWereWritten() {
        AttachRequest request = AttachRequest.of(ContextSize.DEFAULT, 7);
        request.write(memory);
        assertThat(AttachRequest.read(memory)).isEqualTo(request);
        assertThat(request.size()).isEqualTo(ContextSize.DEFAULT);
        AttachReply reply = new AttachReply(AttachReply.Code.LIMIT, "no more", "one", List.of("tcp", "udp"), 3, 1L << 40, 77);
        assertThat(reply.write(memory)).isEqualTo(AttachReply.HEAD_BYTES + AttachReply.textBytes(memory));
        assertThat(AttachReply.read(memory)).isEqualTo(reply);
        memory.fill((byte) 1);
        assertThatThrownBy(() -> AttachRequest.read(memory)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AttachReply.read(memory)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void instanceNamesThatAreNoneAreRefused() {
        for (String bad : List.of("", "../x", "a/b", ".hidden", "x".repeat(33))) {
            assertThatThrownBy(() -> InstanceDirectory.of(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(InstanceDirectory.of("one").socket().toString()).endsWith("/one/socket");
    }
}
