package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.toe.FakeDataPath.Request;

class StreamSocketTest {
    private static final InetSocketAddress ANY = new InetSocketAddress("0.0.0.0", 0);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 40000);
    private static final int ID = 3 << 16 | 2;

    private FakeDataPath dataPath;
    private Toe toe;
    private StreamSocket stream;

    @BeforeEach
    void connect() {
        dataPath = new FakeDataPath();
        toe = Toe.open(dataPath);
        stream = toe.connect(PEER);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), ID, Status.OK);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(stream);
    }

    @Test
    void connectWritesOneRequestWithEverythingInIt() {
        StreamSocket second = toe.connect(PEER, new InetSocketAddress("10.0.0.1", 5000), "udp");
        toe.flush();
        Request request = dataPath.take();
        assertThat(request).isEqualTo(new Request(Descriptor.CONNECT, 0, 0, 0, false, 2, 0, request.opaque(),
            new InetSocketAddress("10.0.0.1", 5000), PEER));
        assertThat(second.isConnecting()).isTrue();
        assertThat(second.localAddress()).hasToString("/10.0.0.1:5000");
        assertThat(dataPath.take()).isNull();
    }

    @Test
    void anOptionGoesBehindWhatWasWrittenBeforeIt() throws Exception {
        stream.write(ByteBuffer.wrap(new byte[3]));
        stream.option(StreamOption.CORK, 1);
        stream.write(ByteBuffer.wrap(new byte[2]));
        toe.flush();
        assertThat(dataPath.take()).extracting(Request::type, Request::tx).containsExactly(Descriptor.BUMP, 3);
        assertThat(dataPath.take()).extracting(Request::type, Request::connection, Request::code, Request::argument)
            .containsExactly(Descriptor.OPTION, ID, StreamOption.CORK.code(), 1);
        assertThat(dataPath.take()).extracting(Request::type, Request::tx).containsExactly(Descriptor.BUMP, 2);
        assertThat(dataPath.take()).isNull();
        assertThatThrownBy(() -> stream.option(StreamOption.CORK, 2)).hasMessage("CORK is 2, allowed is 0 to 1");
    }

    @Test
    void whatIsChosenBeforeItIsConnectedIsToldThenAndTheCodePointAtOnce() {
        StreamSocket second = toe.connect(PEER);
        second.option(StreamOption.DSCP, 46);
        second.option(StreamOption.NO_DELAY, 0);
        toe.flush();
        Request connect = dataPath.take();
        assertThat(connect.rx()).isEqualTo(47);
        dataPath.connected(connect.opaque(), 1 << 16, Status.OK);
        toe.poll(0);
        assertThat(dataPath.take()).extracting(Request::type, Request::code, Request::argument)
            .containsExactly(Descriptor.OPTION, StreamOption.NO_DELAY.code(), 0);
        assertThat(dataPath.take()).isNull();
    }

    @Test
    void noMoreIsWrittenThanTheApplicationLets() throws Exception {
        stream.transmitMost(5);
        assertThat(stream.write(ByteBuffer.wrap(new byte[9]))).isEqualTo(5);
        assertThat(stream.writable()).isZero();
        stream.transmitMost(2);
        assertThat(stream.writable()).isZero();
    }

    @Test
    void sendBufferIsTwiceWhatWasSaidAndNeverTiny() throws Exception {
        dataPath = new FakeDataPath(new ContextSize(8, 8192, 8192, 64));
        toe = Toe.open(dataPath);
        StreamSocket large = toe.connect(PEER);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), ID, Status.OK);
        toe.poll(0);
        large.sendBuffer(3_000);
        assertThat(large.writable()).isEqualTo(6_000);
        large.sendBuffer(0);
        assertThat(large.writable()).isEqualTo(4_608);
    }

    @Test
    void connectWithoutLocalAddressAsksForAny() {
        toe.connect(PEER);
        toe.flush();
        assertThat(dataPath.take()).extracting(Request::local, Request::code).containsExactly(ANY, 0);
    }

    @Test
    void connectedStreamKnowsItsAddressesFromTheRecord() throws IOException {
        assertThat(stream.finishConnect()).isTrue();
        assertThat(stream.isConnected()).isTrue();
        assertThat(stream.localAddress()).isEqualTo(new InetSocketAddress("10.0.0.1", 80));
        assertThat(stream.peerAddress()).isEqualTo(PEER);
        assertThat(stream.writable()).isEqualTo(4096);
    }

    @Test
    void refusedConnectThrowsConnectExceptionThatSaysWhere() {
        StreamSocket refused = toe.connect(PEER);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), 0, Status.REFUSED);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(refused);
        assertThatThrownBy(refused::finishConnect).isInstanceOf(ConnectException.class).hasMessage("stream to "
            + "10.0.0.2:40000 on instance 'fake': connection refused; see that a server listens there");
        assertThatThrownBy(() -> refused.write(ByteBuffer.allocate(1))).isInstanceOfSatisfying(ToeFailure.class,
            failure -> assertThat(failure.status()).isEqualTo(Status.REFUSED));
        refused.close();
        assertThat(requests()).isEmpty();
    }

    @Test
    void unknownTransportIsRefusedWithTheOnesThereAre() {
        assertThatThrownBy(() -> toe.connect(PEER, null, "homa")).hasMessageContaining("'homa'")
            .hasMessageContaining("[tcp, udp]");
    }

    @Test
    void unresolvedPeerIsRefused() {
        assertThatThrownBy(() -> toe.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere.invalid");
    }

    @Test
    void writesAndReadsOfOneBatchBecomeOneDescriptor() throws IOException {
        dataPath.deliver(ID, 0, new byte[100]);
        dataPath.bump(ID, 100, 0, false);
        toe.poll(0);
        assertThat(stream.write(ByteBuffer.wrap(new byte[10]))).isEqualTo(10);
        assertThat(stream.read(ByteBuffer.allocate(60))).isEqualTo(60);
        assertThat(stream.write(ByteBuffer.wrap(new byte[20]))).isEqualTo(20);
        assertThat(stream.read(ByteBuffer.allocateDirect(60))).isEqualTo(40);
        assertThat(dataPath.take()).isNull();
        assertThat(requests()).containsExactly(bump(100, 30, false));
        assertThat(requests()).isEmpty();
    }

    @Test
    void bellRingsOnlyWhenTheDataPathSleeps() throws IOException {
        stream.write(ByteBuffer.wrap(new byte[1]));
        toe.flush();
        assertThat(dataPath.rings).isZero();
        dataPath.sleep();
        toe.flush();
        assertThat(dataPath.rings).isZero();
        stream.write(ByteBuffer.wrap(new byte[1]));
        toe.flush();
        stream.write(ByteBuffer.wrap(new byte[1]));
        toe.flush();
        assertThat(dataPath.rings).isEqualTo(1);
    }

    @Test
    void fullBufferTakesWhatFitsAndFreedBytesMakeRoom() throws IOException {
        assertThat(stream.write(ByteBuffer.wrap(new byte[5000]))).isEqualTo(4096);
        assertThat(stream.write(ByteBuffer.wrap(new byte[1]))).isZero();
        assertThat(requests()).containsExactly(bump(0, 4096, false));
        dataPath.bump(ID, 0, 1000, false);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(stream);
        assertThat(stream.writable()).isEqualTo(1000);
        assertThat(stream.unacknowledged()).isEqualTo(3096);
    }

    @Test
    void spansWrapAtTheEndOfTheRing() throws IOException {
        advance(4000);
        assertThat(stream.writableOffset()).isEqualTo(dataPath.layout.transmitRing(ID) + 4000);
        assertThat(stream.contiguousWritable()).isEqualTo(96);
        stream.commit(96);
        assertThat(stream.writableOffset()).isEqualTo(dataPath.layout.transmitRing(ID));
        assertThat(stream.contiguousWritable()).isEqualTo(4000);
        dataPath.bump(ID, 200, 0, false);
        toe.poll(0);
        assertThat(stream.readableOffset()).isEqualTo(dataPath.layout.receiveRing(ID) + 4000);
        assertThat(stream.contiguousReadable()).isEqualTo(96);
        stream.release(96);
        assertThat(stream.readableOffset()).isEqualTo(dataPath.layout.receiveRing(ID));
        assertThat(stream.contiguousReadable()).isEqualTo(104);
        assertThat(requests()).containsExactly(bump(0, 96, false), bump(96, 0, false));
    }

    @Test
    void takenBytesAreReleasedInAnyOrderAndToldWhenAllBeforeThemAre() {
        dataPath.bump(ID, 300, 0, false);
        toe.poll(0);
        long first = stream.take(100);
        long second = stream.take(100);
        assertThat(stream.readable()).isEqualTo(100);
        stream.release(second, 100);
        assertThat(requests()).isEmpty();
        stream.release(first, 40);
        assertThat(requests()).containsExactly(bump(40, 0, false));
        stream.release(first + 40, 60);
        assertThat(requests()).containsExactly(bump(160, 0, false));
        stream.release(100);
        assertThat(requests()).containsExactly(bump(100, 0, false));
    }

    @Test
    void bytesNotTakenOrReleasedBeforeCannotBeReleased() {
        dataPath.bump(ID, 300, 0, false);
        toe.poll(0);
        long position = stream.take(200);
        stream.release(position + 100, 50);
        assertThatThrownBy(() -> stream.release(position + 149, 2)).hasMessageContaining("released before");
        assertThatThrownBy(() -> stream.release(position + 199, 2)).hasMessageContaining("taken are");
        stream.release(position, 100);
        assertThatThrownBy(() -> stream.release(position, 1)).hasMessageContaining("taken are");
        assertThatThrownBy(() -> stream.take(101)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreThanThereIsCannotBeReleasedOrCommitted() {
        assertThatThrownBy(() -> stream.release(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stream.commit(4097)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stream.commit(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void streamEndsWhenItIsDrainedBehindTheFin() throws IOException {
        dataPath.bump(ID, 5, 0, true);
        toe.poll(0);
        assertThat(stream.isInputEnded()).isFalse();
        assertThat(stream.read(ByteBuffer.allocate(5))).isEqualTo(5);
        assertThat(stream.read(ByteBuffer.allocate(5))).isEqualTo(-1);
        assertThat(stream.read(MemorySegment.ofArray(new byte[5]), 0, 5)).isEqualTo(-1);
        assertThat(stream.write(ByteBuffer.wrap(new byte[3]))).isEqualTo(3);
    }

    @Test
    void shutdownSendsTheFinWithTheLastBytesAndOnce() throws IOException {
        stream.write(ByteBuffer.wrap(new byte[7]));
        stream.shutdownOutput();
        stream.shutdownOutput();
        assertThat(requests()).containsExactly(bump(0, 7, true));
        assertThatThrownBy(() -> stream.write(ByteBuffer.wrap(new byte[1]))).isInstanceOf(IllegalStateException.class);
        assertThat(requests()).isEmpty();
        stream.close();
        assertThat(requests()).containsExactly(plain(Descriptor.CLOSE));
    }

    @Test
    void closeSendsWhatWasWrittenThenFinThenClose() throws IOException {
        stream.write(ByteBuffer.wrap(new byte[7]));
        stream.close();
        stream.close();
        assertThat(requests()).containsExactly(bump(0, 7, true), plain(Descriptor.CLOSE));
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void abortForgetsWhatWasWritten() throws IOException {
        stream.write(ByteBuffer.wrap(new byte[7]));
        stream.abort();
        assertThat(requests()).containsExactly(plain(Descriptor.ABORT));
        stream.abort();
        stream.close();
        assertThat(requests()).isEmpty();
    }

    @Test
    void pushingStreamBumpsNoFurtherThanItsCredits() throws IOException {
        dataPath.layout.pacing(ID, ContextLayout.PUSH);
        dataPath.layout.credits(ID, 30);
        stream.write(ByteBuffer.wrap(new byte[100]));
        stream.shutdownOutput();
        assertThat(requests()).containsExactly(bump(0, 30, false));
        assertThat(requests()).isEmpty();
        dataPath.layout.credits(ID, 50);
        dataPath.bump(ID, 0, 0, false);
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).containsExactly(bump(0, 20, false));
        dataPath.layout.credits(ID, 10);
        assertThat(requests()).isEmpty();
        dataPath.layout.pacing(ID, ContextLayout.PULL);
        assertThat(requests()).containsExactly(bump(0, 50, true));
    }

    @Test
    void exactCreditsLetTheFinGoWithTheLastByte() throws IOException {
        dataPath.layout.pacing(ID, ContextLayout.PUSH);
        stream.write(ByteBuffer.wrap(new byte[100]));
        stream.shutdownOutput();
        assertThat(requests()).isEmpty();
        dataPath.layout.credits(ID, 100);
        assertThat(requests()).containsExactly(bump(0, 100, true));
    }

    @Test
    void closeHandsOverWhatCreditsHoldBack() throws IOException {
        dataPath.layout.pacing(ID, ContextLayout.PUSH);
        stream.write(ByteBuffer.wrap(new byte[100]));
        stream.close();
        assertThat(requests()).containsExactly(bump(0, 100, true), plain(Descriptor.CLOSE));
    }

    @Test
    void consumedBytesAreToldWithoutCredits() throws IOException {
        dataPath.layout.pacing(ID, ContextLayout.PUSH);
        stream.write(ByteBuffer.wrap(new byte[100]));
        dataPath.bump(ID, 10, 0, false);
        toe.poll(0);
        stream.read(ByteBuffer.allocate(10));
        assertThat(requests()).containsExactly(bump(10, 0, false));
    }

    @Test
    void whatArrivedBeforeAResetIsReadAndThenTheResetIsTold() throws IOException {
        dataPath.deliver(ID, 0, new byte[] {1, 2, 3});
        dataPath.bump(ID, 3, 0, false);
        dataPath.closed(ID, Status.RESET);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(stream.readable()).isEqualTo(3);
        assertThat(stream.isConnected()).isFalse();
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).isInstanceOf(ToeFailure.ToeException.class);
        ByteBuffer read = ByteBuffer.allocate(10);
        assertThat(stream.read(read)).isEqualTo(3);
        assertThat(read.array()).startsWith(1, 2, 3, 0);
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(10))).isInstanceOf(ToeFailure.ToeException.class)
            .hasMessage("stream to 10.0.0.2:40000 on instance 'fake': connection reset by peer");
        assertThat(requests()).isEmpty();
        stream.close();
        assertThat(requests()).containsExactly(plain(Descriptor.CLOSE));
    }

    @Test
    void endThatCameBeforeAResetIsRead() throws IOException {
        dataPath.bump(ID, 3, 0, true);
        dataPath.closed(ID, Status.RESET);
        toe.poll(0);
        assertThat(stream.read(ByteBuffer.allocate(10))).isEqualTo(3);
        assertThat(stream.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).isInstanceOf(ToeFailure.ToeException.class);
    }

    @Test
    void whatArrivedIsReadAfterTheRuntimeWentAwayButNotAfterClose() throws IOException {
        dataPath.bump(ID, 3, 0, false);
        dataPath.layout.markClosed();
        toe.poll(0);
        assertThat(toe.isOpen()).isFalse();
        assertThat(stream.read(ByteBuffer.allocate(2))).isEqualTo(2);
        toe.close();
        assertThat(stream.readable()).isZero();
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(2))).isInstanceOf(ToeFailure.ToeException.class);
    }

    @Test
    void resetWhileItIsClosingEndsIt() throws IOException {
        stream.write(ByteBuffer.wrap(new byte[100]));
        dataPath.closed(ID, Status.RESET);
        toe.poll(0);
        dataPath.takeAll();
        stream.close();
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).containsExactly(plain(Descriptor.CLOSE));
    }

    @Test
    void closingBeforeTheAnswerAbortsTheConnectionThatComes() {
        StreamSocket early = toe.connect(PEER);
        toe.flush();
        long opaque = dataPath.take().opaque();
        early.close();
        early.abort();
        assertThat(requests()).extracting(Request::type, Request::connection, Request::opaque)
            .containsExactly(tuple(Descriptor.GIVE_UP, 0, opaque));
        dataPath.connected(opaque, 1 << 16 | 5, Status.OK);
        assertThat(toe.poll(0)).isZero();
        assertThat(dataPath.takeAll()).extracting(Request::type, Request::connection)
            .containsExactly(tuple(Descriptor.ABORT, 1 << 16 | 5));
    }

    @Test
    void closingBeforeTheRequestWasWrittenAsksForNothing() {
        toe.connect(PEER).close();
        toe.connect(PEER).abort();
        assertThat(requests()).isEmpty();
    }

    @Test
    void eventsOfAnEarlierUseOfTheSlotAreIgnored() {
        stream.close();
        requests();
        StreamSocket next = toe.connect(PEER);
        toe.flush();
        int reused = 4 << 16 | 2;
        dataPath.connected(dataPath.take().opaque(), reused, Status.OK);
        dataPath.bump(ID, 50, 0, true);
        dataPath.closed(ID, Status.RESET);
        dataPath.bump(reused, 5, 0, false);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(next);
        assertThat(next.readable()).isEqualTo(5);
        assertThat(next.status()).isEqualTo(Status.OK);
    }

    @Test
    void impossibleBumpsFailTheContext() {
        dataPath.bump(ID, 0, 1, false);
        toe.poll(0);
        assertThat(toe.isOpen()).isFalse();
        assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
            .hasMessageContaining("announced 0 bytes to read and 1 bytes freed");
    }

    @Test
    void bumpBeyondTheBufferFailsTheContext() {
        dataPath.bump(ID, 4097, 0, false);
        toe.poll(0);
        assertThat(stream.status()).isEqualTo(Status.ABORTED);
    }

    private void advance(int bytes) throws IOException {
        stream.write(ByteBuffer.wrap(new byte[bytes]));
        toe.flush();
        dataPath.bump(ID, bytes, bytes, false);
        toe.poll(0);
        stream.read(ByteBuffer.allocate(bytes));
        requests();
    }

    private List<Request> requests() {
        toe.flush();
        return dataPath.takeAll();
    }

    private static Request bump(int rx, int tx, boolean fin) {
        return new Request(Descriptor.BUMP, ID, rx, tx, fin, 0, 0, 0, none(), none());
    }

    private static Request plain(int type) {
        return new Request(type, ID, 0, 0, false, 0, 0, 0, none(), none());
    }

    private static InetSocketAddress none() {
        return new InetSocketAddress("::", 0);
    }
}
