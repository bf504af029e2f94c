package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;
import org.millrace.memory.Descriptor;
import org.millrace.toe.FakeDataPath.Request;

/** Events that cannot be, and events about nobody. What each event means is its endpoint's matter, and tested there. */
class EventReaderTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 40000);
    private static final int ID = 1 << 16 | 1;
    private static final int BEYOND = 1 << 16 | FakeDataPath.SMALL.connections();

    private final FakeDataPath dataPath = new FakeDataPath();
    private final Toe toe = Toe.open(dataPath);

    private StreamSocket connected() {
        StreamSocket stream = toe.connect(PEER);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), ID, Status.OK);
        toe.poll(0);
        assertThat(toe.nextReady()).isSameAs(stream);
        return stream;
    }

    /** What has failed a context is told to its streams. */
    private void assertFailed(StreamSocket stream, String reason) {
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.isOpen()).isFalse();
        assertThat(stream.status()).isEqualTo(Status.ABORTED);
        assertThatThrownBy(stream::finishConnect).hasMessageContaining("(" + reason + ")");
    }

    @Test
    void impossibleIndexFailsTheContext() {
        StreamSocket stream = connected();
        dataPath.corruptEvents();
        assertFailed(stream, "its event index is impossible");
    }

    @Test
    void unknownTypeFailsTheContext() {
        StreamSocket stream = connected();
        dataPath.unknown(99);
        assertFailed(stream, "it sent an event of unknown type 99");
    }

    @Test
    void moreBytesThanThereCanBeFailTheContext() {
        StreamSocket stream = connected();
        dataPath.bump(ID, FakeDataPath.SMALL.receiveBytes() + 1, 0, false);
        assertFailed(stream, "it announced 4097 bytes to read and 0 bytes freed, more than there can be");
    }

    @Test
    void connectionIdThatCannotBeFailsTheContext() {
        StreamSocket stream = toe.connect(PEER);
        toe.flush();
        dataPath.rawConnected(dataPath.take().opaque(), BEYOND);
        toe.poll(0);
        assertThat(toe.isOpen()).isFalse();
        assertThat(toe.reason()).isEqualTo(" (it gave connection id 00010008, which cannot be)");
        assertThat(stream.isConnected()).isFalse();
    }

    @Test
    void whatFollowsAnImpossibleEventIsNotLookedAt() {
        StreamSocket stream = connected();
        dataPath.unknown(99);
        dataPath.bump(ID, 5, 0, false);
        assertFailed(stream, "it sent an event of unknown type 99");
        assertThat(stream.readable()).isZero();
    }

    @Test
    void emptyBumpMakesNothingReady() {
        connected();
        dataPath.bump(ID, 0, 0, false);
        assertThat(toe.poll(0)).isZero();
    }

    @Test
    void eventAboutNobodyIsPassedOver() {
        StreamSocket stream = connected();
        dataPath.bump(ID + (1 << 16), 5, 0, false);
        dataPath.message(BEYOND, 0, 5, PEER);
        dataPath.closed(ID + 1, Status.RESET);
        dataPath.listening(4711, 1, PEER, Status.OK);
        assertThat(toe.poll(0)).isZero();
        assertThat(toe.isOpen()).isTrue();
        assertThat(stream.readable()).isZero();
    }

    @Test
    void connectionThatNobodyAskedForIsAborted() {
        dataPath.connected(4711, ID, Status.OK);
        dataPath.accepted(4711, ID + 1);
        toe.poll(0);
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection).containsExactly(
            tuple(Descriptor.ABORT, ID),
            tuple(Descriptor.ABORT, ID + 1));
    }
}
