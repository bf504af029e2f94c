package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.toe.FakeDataPath.Request;

class MessageSocketTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 53);
    private static final InetSocketAddress ALICE = new InetSocketAddress("10.0.0.8", 1000);
    private static final InetSocketAddress BOB = new InetSocketAddress("10.0.0.9", 1000);
    private static final int ID = 2 << 16 | 1;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final Toe toe = Toe.open(dataPath);
    private MessageSocket socket;
    private Request request;

    @BeforeEach
    void bind() {
        socket = toe.bind(LOCAL, "udp");
        toe.flush();
        request = dataPath.take();
    }

    @Test
    void bindIsAnsweredWithAConnection() throws IOException {
        assertThat(request).extracting(Request::type, Request::local, Request::code)
            .containsExactly(Descriptor.BIND, LOCAL, 2);
        assertThat(socket.send(bytes("x"), ALICE)).isFalse();
        answer();
        assertThat(toe.nextReady()).isSameAs(socket);
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.localAddress()).isEqualTo(new InetSocketAddress("10.0.0.1", 80));
    }

    @Test
    void refusedBindThrowsBindException() {
        dataPath.listening(request.opaque(), 0, LOCAL, Status.ADDRESS_NOT_AVAILABLE);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThatThrownBy(() -> socket.receive(ByteBuffer.allocate(1))).isInstanceOf(BindException.class)
            .hasMessageContaining("messages at 10.0.0.1:53 on instance 'fake'");
    }

    @Test
    void messagesLieBehindEachOtherAndNameTheirPeers() throws IOException {
        answer();
        assertThat(socket.send(bytes("one"), ALICE)).isTrue();
        assertThat(socket.send(bytes(""), BOB)).isTrue();
        assertThat(socket.send(bytes("three"), BOB)).isTrue();
        assertThat(dataPath.take()).as("not before the flush").isNull();
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection, Request::tx, Request::peer)
            .containsExactly(tuple(Descriptor.MESSAGE, ID, 3, ALICE), tuple(Descriptor.MESSAGE, ID, 0, BOB),
                tuple(Descriptor.MESSAGE, ID, 5, BOB));
        assertThat(dataPath.fetch(ID, 0, 8)).asString().isEqualTo("onethree");
    }

    @Test
    void receivesWholeMessagesAndCutsWhatDoesNotFit() throws IOException {
        answer();
        dataPath.deliver(ID, 0, "onethree".getBytes(StandardCharsets.US_ASCII));
        dataPath.message(ID, 3, ALICE);
        dataPath.message(ID, 0, BOB);
        dataPath.message(ID, 5, BOB);
        toe.poll(0);
        ByteBuffer buffer = ByteBuffer.allocate(10).position(1).limit(3);
        assertThat(socket.nextLength()).isEqualTo(3);
        assertThat(socket.receive(buffer)).isEqualTo(ALICE);
        assertThat(new String(buffer.array(), 1, 2, StandardCharsets.US_ASCII)).isEqualTo("on");
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(socket.receive(buffer)).isEqualTo(BOB);
        assertThat(socket.receive(buffer.clear())).isEqualTo(BOB);
        assertThat(new String(buffer.array(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("three");
        assertThat(socket.receive(buffer)).isNull();
        assertThat(socket.nextLength()).isEqualTo(-1);
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::rx).containsExactly(tuple(Descriptor.BUMP, 8));
    }

    @Test
    void messagesWrapInBothRings() throws IOException {
        answer();
        byte[] message = new byte[3000];
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < message.length; i++) {
                message[i] = (byte) (i * 31 + round);
            }
            assertThat(socket.send(ByteBuffer.wrap(message), ALICE)).isTrue();
            assertThat(dataPath.fetch(ID, 3000L * round, 3000)).isEqualTo(message);
            dataPath.deliver(ID, 3000L * round, message);
            dataPath.message(ID, 3000, ALICE);
            dataPath.bump(ID, 0, 0, false);
            toe.poll(0);
            dataPath.bump(ID, 0, 3000, false);
            ByteBuffer buffer = ByteBuffer.allocateDirect(3000);
            socket.receive(buffer);
            assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(message));
            toe.poll(0);
        }
    }

    @Test
    void fullBufferRefusesUntilBytesAreFreed() throws IOException {
        answer();
        toe.nextReady();
        assertThat(socket.send(ByteBuffer.allocate(4096), ALICE)).isTrue();
        ByteBuffer more = ByteBuffer.allocate(1);
        assertThat(socket.send(more, ALICE)).isFalse();
        assertThat(more.remaining()).isEqualTo(1);
        toe.flush();
        dataPath.bump(ID, 0, 4096, false);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(socket.send(more, ALICE)).isTrue();
        assertThatThrownBy(() -> socket.send(ByteBuffer.allocate(4097), ALICE))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4097").hasMessageContaining("4096");
    }

    @Test
    void fullRequestRingRefusesAndTheSocketIsReadyWhenThereIsRoom() throws IOException {
        answer();
        toe.nextReady();
        for (int i = 0; i < 64; i++) {
            assertThat(socket.send(bytes(""), ALICE)).isTrue();
        }
        assertThat(socket.send(bytes(""), ALICE)).isFalse();
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).hasSize(64);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(socket.send(bytes(""), ALICE)).isTrue();
    }

    @Test
    void pushedMessagesKeepWithinTheCredits() throws IOException {
        answer();
        dataPath.layout.pacing(ID, ContextLayout.PUSH);
        dataPath.layout.credits(ID, 10);
        assertThat(socket.send(ByteBuffer.allocate(10), ALICE)).isTrue();
        assertThat(socket.send(ByteBuffer.allocate(1), ALICE)).isFalse();
        dataPath.layout.credits(ID, 11);
        assertThat(socket.send(ByteBuffer.allocate(1), ALICE)).isTrue();
    }

    @Test
    void unreadMessagesAreBoundedAndTheirBytesNotLost() throws IOException {
        answer();
        for (int i = 0; i < Inbox.CAPACITY; i++) {
            dataPath.message(ID, 0, i % 2 == 0 ? ALICE : BOB);
            toe.poll(0);
        }
        dataPath.message(ID, 40, ALICE);
        toe.poll(0);
        assertThat(socket.dropped()).isEqualTo(1);
        ByteBuffer buffer = ByteBuffer.allocate(100);
        for (int i = 0; i < Inbox.CAPACITY; i++) {
            assertThat(socket.receive(buffer)).isEqualTo(i % 2 == 0 ? ALICE : BOB);
        }
        assertThat(socket.receive(buffer)).isNull();
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::rx).containsExactly(40);
    }

    @Test
    void messageLongerThanTheBufferFailsTheContext() {
        answer();
        dataPath.message(ID, 4097, ALICE);
        toe.poll(0);
        assertThat(socket.status()).isEqualTo(Status.ABORTED);
    }

    @Test
    void closeFollowsTheLastMessage() throws IOException {
        answer();
        socket.send(bytes("x"), ALICE);
        socket.close();
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type).containsExactly(Descriptor.MESSAGE, Descriptor.CLOSE);
    }

    @Test
    void closeBeforeTheAnswerClosesWhatComes() {
        socket.close();
        answer();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection)
            .containsExactly(tuple(Descriptor.CLOSE, ID));
    }

    private void answer() {
        dataPath.connected(request.opaque(), ID, Status.OK);
        toe.poll(0);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
