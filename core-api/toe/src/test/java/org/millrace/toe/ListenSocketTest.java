package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;
import org.millrace.memory.Descriptor;
import org.millrace.toe.FakeDataPath.Request;

class ListenSocketTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress("10.0.0.1", 0);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 80);
    private static final int ID = 1 << 16 | 3;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final Toe toe = Toe.open(dataPath);
    private ListenSocket listener;
    private Request request;

    @BeforeEach
    void listen() {
        listener = toe.listen(ANY_PORT, 16, "tcp");
        toe.flush();
        request = dataPath.take();
    }

    @Test
    void requestCarriesAddressBacklogAndTransport() {
        assertThat(request).extracting(Request::type, Request::local, Request::argument, Request::code)
            .containsExactly(Descriptor.LISTEN, ANY_PORT, 16, 1);
        assertThat(listener.isListening()).isFalse();
        answer();
        assertThat(toe.nextReady()).isSameAs(listener);
        assertThat(listener.isListening()).isTrue();
        assertThat(listener.localAddress()).isEqualTo(LOCAL);
    }

    @Test
    void unusedStreamIsHandedOver() throws IOException {
        answer();
        dataPath.accepted(request.opaque(), ID);
        dataPath.bump(ID, 5, 0, false);
        toe.poll(0);
        StreamSocket accepted = listener.accept();
        accepted.handOver(new StreamSocket.Berth(List.of(3), 99));
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection, Request::argument, Request::opaque)
            .containsExactly(tuple(Descriptor.HANDOVER, ID, 3, 99L));
        assertThat(accepted.isClosed()).isTrue();
        dataPath.bump(ID, 5, 0, false); // was on its way
        toe.poll(0);
        assertThat(toe.isOpen()).isTrue();
    }

    @Test
    void readStreamStays() throws IOException {
        answer();
        dataPath.accepted(request.opaque(), ID);
        dataPath.bump(ID, 5, 0, false);
        toe.poll(0);
        StreamSocket accepted = listener.accept();
        accepted.read(ByteBuffer.allocate(1));
        assertThatThrownBy(() -> accepted.handOver(new StreamSocket.Berth(List.of(3), 99)))
            .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void expectedStreamArrives() throws IOException {
        StreamSocket expected = toe.expect();
        assertThat(expected.berth()).isEqualTo(new StreamSocket.Berth(List.of(7), 2));
        toe.flush();
        assertThat(dataPath.takeAll()).isEmpty();
        dataPath.accepted(2, ID);
        dataPath.bump(ID, 5, 0, false);
        toe.poll(0);
        assertThat(toe.nextReady()).isSameAs(expected);
        assertThat(expected.isConnected()).isTrue();
        assertThat(expected.readable()).isEqualTo(5);
    }

    @Test
    void expectedStreamThatWasClosedIsReset() {
        toe.expect().close();
        dataPath.accepted(2, ID);
        toe.poll(0);
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type).containsExactly(Descriptor.GIVE_UP, Descriptor.ABORT);
    }

    @Test
    void takenAddressThrowsBindException() {
        dataPath.listening(request.opaque(), 0, ANY_PORT, Status.ADDRESS_IN_USE);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThatThrownBy(listener::accept).isInstanceOf(BindException.class).hasMessage("listening at 10.0.0.1:0 on "
            + "instance 'fake': address already in use; choose another port, or 0 for any");
        listener.close();
        toe.flush();
        assertThat(dataPath.takeAll()).isEmpty();
    }

    @Test
    void acceptedStreamHasWhatArrivedBeforeItWasAccepted() throws IOException {
        answer();
        toe.nextReady();
        dataPath.accepted(request.opaque(), ID);
        dataPath.bump(ID, 7, 0, false);
        assertThat(toe.poll(0)).as("the stream is not listed before it is known").isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(listener);
        StreamSocket stream = listener.accept();
        assertThat(listener.accept()).isNull();
        assertThat(toe.nextReady()).isSameAs(stream);
        assertThat(stream.readable()).isEqualTo(7);
        assertThat(stream.peerAddress()).isEqualTo(new InetSocketAddress("10.0.0.2", 40000));
        assertThat(stream.write(ByteBuffer.wrap(new byte[2]))).isEqualTo(2);
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::tx).containsExactly(tuple(Descriptor.BUMP, 2));
    }

    @Test
    void closeUnlistensAndResetsWhatNobodyAccepted() {
        answer();
        dataPath.accepted(request.opaque(), ID);
        toe.poll(0);
        listener.close();
        toe.flush();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection, Request::argument, Request::code)
            .containsExactly(tuple(Descriptor.ABORT, ID, 0, 0), tuple(Descriptor.UNLISTEN, 0, 5, 1));
        dataPath.accepted(request.opaque(), 1 << 16 | 4);
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection)
            .containsExactly(tuple(Descriptor.ABORT, 1 << 16 | 4));
        assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closeBeforeTheAnswerUnlistensAfterIt() {
        listener.close();
        toe.flush();
        assertThat(dataPath.takeAll()).isEmpty();
        answer();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::argument)
            .containsExactly(tuple(Descriptor.UNLISTEN, 5));
    }

    private void answer() {
        dataPath.listening(request.opaque(), 5, LOCAL, Status.OK);
        toe.poll(0);
    }
}
