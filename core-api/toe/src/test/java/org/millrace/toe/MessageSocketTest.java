package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;
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
    void messagesLieInOnePieceEachAndNameTheirPeers() throws IOException {
        answer();
        assertThat(socket.send(bytes("one"), ALICE)).isTrue();
        assertThat(socket.send(bytes(""), BOB)).isTrue();
        assertThat(socket.send(bytes("three"), BOB)).isTrue();
        assertThat(dataPath.take()).as("not before the flush").isNull();
        toe.flush();
        List<Request> sent = dataPath.takeAll();
        assertThat(sent).extracting(Request::type, Request::connection, Request::tx, Request::argument, Request::opaque,
            Request::peer).containsExactly(tuple(Descriptor.MESSAGE, ID, 3, 0, 0L, ALICE),
                tuple(Descriptor.MESSAGE, ID, 0, 256, 1L, BOB), tuple(Descriptor.MESSAGE, ID, 5, 512, 2L, BOB));
        assertThat(dataPath.fetch(ID, 0, 3)).asString().isEqualTo("one");
        assertThat(dataPath.fetch(ID, 512, 5)).asString().isEqualTo("three");
    }

    @Test
    void receivesWholeMessagesAndCutsWhatDoesNotFit() throws IOException {
        answer();
        dataPath.deliver(ID, 1024, "one".getBytes(StandardCharsets.US_ASCII));
        dataPath.deliver(ID, 0, "three".getBytes(StandardCharsets.US_ASCII));
        dataPath.message(ID, 1024, 3, ALICE);
        dataPath.message(ID, 256, 0, BOB);
        dataPath.message(ID, 0, 5, BOB);
        toe.poll(0);
        ByteBuffer buffer = ByteBuffer.allocate(10).position(1).limit(3);
        assertThat(socket.nextLength()).isEqualTo(3);
        assertThat(socket.nextSender()).isEqualTo(ALICE);
        assertThat(socket.receive(buffer)).isEqualTo(ALICE);
        assertThat(new String(buffer.array(), 1, 2, StandardCharsets.US_ASCII)).isEqualTo("on");
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(socket.receive(buffer)).isEqualTo(BOB);
        assertThat(socket.receive(buffer.clear())).isEqualTo(BOB);
        assertThat(new String(buffer.array(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("three");
        assertThat(socket.receive(buffer)).isNull();
        assertThat(socket.nextLength()).isEqualTo(-1);
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::argument).containsExactly(
            tuple(Descriptor.RELEASE, 1024), tuple(Descriptor.RELEASE, 256), tuple(Descriptor.RELEASE, 0));
    }

    @Test
    void takenMessagesAreGivenBackInAnyOrder() throws IOException {
        answer();
        dataPath.message(ID, 0, 5, ALICE);
        dataPath.message(ID, 512, 500, BOB);
        toe.poll(0);
        long first = socket.take();
        long second = socket.take();
        assertThat(second - first).isEqualTo(512);
        assertThat(socket.take()).isEqualTo(MessageSocket.NONE);
        toe.flush();
        assertThat(dataPath.take()).as("as long as they are read").isNull();
        socket.release(second);
        socket.release(first);
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::argument).containsExactly(512, 0);
    }

    @Test
    void messageIsFilledInPlace() throws IOException {
        answer();
        long at = socket.allocate(5);
        MemorySegment.copy(MemorySegment.ofArray("three".getBytes(StandardCharsets.US_ASCII)), 0, toe.region(), at, 5);
        long unused = socket.allocate(300);
        socket.discard(unused);
        assertThat(socket.send(at, 5, BOB)).isTrue();
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::argument, Request::tx).containsExactly(tuple(0, 5));
        assertThat(dataPath.fetch(ID, 0, 5)).asString().isEqualTo("three");
        assertThat(socket.unsent()).isEqualTo(1);
    }

    @Test
    void fullBufferRefusesUntilAMessageIsDoneWith() throws IOException {
        answer();
        toe.nextReady();
        assertThat(socket.send(ByteBuffer.allocate(4096), ALICE)).isTrue();
        ByteBuffer more = ByteBuffer.allocate(1);
        assertThat(socket.send(more, ALICE)).isFalse();
        assertThat(more.remaining()).isEqualTo(1);
        toe.flush();
        dataPath.sent(ID, 0, Status.OK);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(socket.send(more, ALICE)).isTrue();
        assertThatThrownBy(() -> socket.send(ByteBuffer.allocate(4097), ALICE))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("4097").hasMessageContaining("4096");
    }

    @Test
    void whatWasNotSentAfterAllIsCountedWithItsReason() throws IOException {
        answer();
        socket.send(ByteBuffer.allocate(3000), ALICE);
        toe.flush();
        toe.nextReady();
        dataPath.sent(ID, 0, Status.TOO_LONG);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(socket.failedSends()).isEqualTo(1);
        assertThat(socket.lastFailure()).isEqualTo(Status.TOO_LONG);
        assertThat(socket.isBound()).as("the socket lives on").isTrue();
    }

    @Test
    void fullRequestRingRefusesAndTheSocketIsReadyWhenThereIsRoom() throws IOException {
        answer();
        toe.nextReady();
        for (int i = 0; i < 64; i++) {
            assertThat(socket.send(bytes(""), ALICE)).isTrue();
            dataPath.sent(ID, 0, Status.OK);
            toe.poll(0);
            assertThat(dataPath.eventRoom()).isEqualTo(64);
        }
        assertThat(socket.send(bytes(""), ALICE)).isFalse();
        assertThat(socket.unsent()).as("nothing is kept of it").isZero();
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).hasSize(64);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(socket.send(bytes(""), ALICE)).isTrue();
    }

    @Test
    void moreUnreadMessagesThanThereAreBlocksFailTheContext() {
        answer();
        for (int i = 0; i < 17; i++) {
            assertThat(socket.status()).isEqualTo(Status.OK);
            dataPath.message(ID, i * 256 & 4095, 0, ALICE);
            toe.poll(0);
        }
        assertThat(socket.status()).isEqualTo(Status.ABORTED);
    }

    @Test
    void messageOutsideTheBufferFailsTheContext() {
        answer();
        dataPath.message(ID, 256, 4096, ALICE);
        toe.poll(0);
        assertThat(socket.status()).isEqualTo(Status.ABORTED);
    }

    @Test
    void beingDoneWithWhatWasNotSentFailsTheContext() {
        answer();
        dataPath.sent(ID, 0, Status.OK);
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
