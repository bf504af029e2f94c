package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.runtime.path.TestHost;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** An application that breaks the rules loses its context, and nobody else notices. */
class RequestReaderTest {
    private static final ContextSize SIZE = new ContextSize(4, 4096, 4096, 64);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 5000);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 9);

    private final ManualClock clock = new ManualClock();
    private final TestHost host = new TestHost(new FrameFabric(clock, new FrameLink(0, 1500, false))
        .port("us", 0x020000000001L), "10.0.0.1");
    private AppContext context;
    private DescriptorRing requests;
    private DescriptorRing events;
    /** A stream, of the message socket's flow: that its transport takes no note of bumps does not matter here. */
    private int connection;
    private int socket;

    /** A context whose application is this test, with a message socket at {@link #LOCAL} and a stream. */
    @BeforeEach
    void bind() {
        host.open(SIZE);
        context = host.lastOpened;
        MemorySegment memory = context.region.segment();
        requests = new DescriptorRing(memory, context.layout.requestRing(), SIZE.ringSlots());
        events = new DescriptorRing(memory, context.layout.eventRing(), SIZE.ringSlots());
        request(Descriptor.BIND, at -> {
            requests.i64(at, Descriptor.OPAQUE, 42);
            Addresses.write(memory, at + Descriptor.LOCAL_ADDRESS, LOCAL.getAddress());
            requests.u16(at, Descriptor.LOCAL_PORT, LOCAL.getPort());
        });
        assertThat(events.available()).isEqualTo(1);
        long at = events.peek();
        assertThat(events.u8(at, Descriptor.TYPE)).isEqualTo(Descriptor.CONNECTED);
        assertThat(events.i64(at, Descriptor.OPAQUE)).isEqualTo(42);
        socket = events.i32(at, Descriptor.CONNECTION);
        events.next();
        connection = context.open(0, context.slots.flow(context.slots.own(socket)), LOCAL, PEER);
        context.announce(Descriptor.CONNECTED, connection, 43, Status.OK.code());
        context.flush(0);
        events.next();
        events.release();
    }

    private void request(int type, LongConsumer rest) {
        long at = requests.claim();
        requests.u8(at, Descriptor.TYPE, type);
        rest.accept(at);
        requests.publish();
        host.path.poll(clock.nowNs());
    }

    private void assertClosedFor(String reason) {
        assertThat(context.layout.isOpen()).isFalse();
        assertThat(context.violation()).contains(reason);
        assertThat(host.path.status().contextsClosedForCause()).isEqualTo(1);
        assertThat(host.path.status().contexts()).isZero();
        assertThat(host.path.status().transports().getFirst().flows()).isZero();
    }

    private void bump(int id, int rx, int tx, int flags) {
        request(Descriptor.BUMP, at -> {
            requests.i32(at, Descriptor.CONNECTION, id);
            requests.i32(at, Descriptor.RX_BYTES, rx);
            requests.i32(at, Descriptor.TX_BYTES, tx);
            requests.u8(at, Descriptor.FLAGS, flags);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 10, 11, 12, 16, 19, 255})
    void unknownType(int type) {
        request(type, at -> { });
        assertClosedFor("unknown type");
    }

    @Test
    void consumesWhatItWasNotGiven() {
        bump(connection, 1, 0, 0);
        assertClosedFor("consumes more than it was given");
    }

    @Test
    void negativeCounts() {
        bump(connection, -1, 0, 0);
        assertClosedFor("consumes more than it was given");
    }

    @Test
    void appendsMoreThanThereIsRoom() {
        bump(connection, 0, 4096, 0);
        assertThat(context.layout.isOpen()).isTrue();
        bump(connection, 0, 1, 0);
        assertClosedFor("appends more than there is room");
    }

    /** All 4096 bytes of the ring appended and freed again. */
    private void useTheRing() {
        bump(connection, 0, 4096, 0);
        context.notify(connection, 0, 4096, 0);
        host.path.poll(clock.nowNs());
    }

    @Test
    void appendsMoreThanItWasGranted() {
        context.grant(connection, 1000);
        useTheRing(); // it may have done so before it saw the grant
        assertThat(context.layout.isOpen()).isTrue();
        context.grant(connection, 4196);
        bump(connection, 0, 100, 0);
        assertThat(context.layout.isOpen()).isTrue();
        bump(connection, 0, 1, 0);
        assertClosedFor("appends more than it was granted");
    }

    /** Until it sees the first credits it goes by what its ring may hold, and that may have grown meanwhile. */
    @Test
    void ringThatGrewBeforeTheFirstGrantWasSeenIsAllowed() {
        int growing = context.open(0, context.slots.flow(context.slots.own(connection)), LOCAL, PEER);
        context.transmitRing(growing, 1024);
        context.announce(Descriptor.CONNECTED, growing, 44, Status.OK.code());
        context.transmitRing(growing, 4096);
        context.grant(growing, 500);
        request(Descriptor.BUMP, at -> {
            requests.i32(at, Descriptor.CONNECTION, growing);
            requests.u8(at, Descriptor.CODE, 12); // 4096 bytes of it
            requests.i32(at, Descriptor.TX_BYTES, 4096);
        });
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(context.slots.sentBytes(context.slots.own(growing))).isEqualTo(4096);
    }

    @Test
    void grantIsToldAndNeverTakenBack() {
        assertThat(context.layout.pacing(connection)).isEqualTo(ContextLayout.PULL);
        useTheRing();
        context.grant(connection, 5000);
        host.path.poll(clock.nowNs());
        assertThat(context.layout.pacing(connection)).isEqualTo(ContextLayout.PUSH);
        assertThat(context.layout.credits(connection)).isEqualTo(5000);
        assertThat(events.available()).as("the freed bytes, then the credits").isEqualTo(2);
        context.grant(connection, 4500);
        host.path.poll(clock.nowNs());
        assertThat(context.layout.credits(connection)).isEqualTo(5000);
        assertThat(events.available()).isEqualTo(2);
        context.grant(connection ^ 1 << 16, 6000); // another's id
        assertThat(context.layout.credits(connection)).isEqualTo(5000);
    }

    /** A swap to a program that fetches: what was held back may come. */
    @Test
    void pullAllEndsPushPacing() {
        context.grant(connection, 1000);
        useTheRing();
        host.path.contexts().pullAll();
        assertThat(context.layout.pacing(connection)).isEqualTo(ContextLayout.PULL);
        bump(connection, 0, 4096, 0);
        assertThat(context.layout.isOpen()).isTrue();
    }

    /** Requests and frames name slots before anybody has checked them: what is brought near for them is in bounds, whatever they name. */
    @Test
    void bringingNearIsHarmlessWhateverIsNamed() {
        int slot = context.slots.own(connection);
        context.slots.receiveEnd(slot, -1);
        context.slots.sentBytes(slot, Long.MAX_VALUE);
        for (int any = 0; any < 1 << 16; any++) {
            context.touchReceive(any, true);
        }
        context.touchTransmit(slot);
        context.release(connection);
        assertThat(context.touchReceive(slot, true)).isEqualTo(context.slots.touch(slot));
        assertThat(context.slots.touch(context.slots.count())).isZero();
    }

    /** Positions are the stream's mod 2^32; the application's are not. */
    @Test
    void creditsGoOnBehindFourGigabytes() {
        int slot = context.slots.own(connection);
        context.slots.sentBytes(slot, 0xffff_ff00L);
        context.grant(connection, 0x100);
        assertThat(context.layout.credits(connection)).isEqualTo(0x1_0000_0100L);
    }

    @Test
    void appendsBehindTheEndOfItsStream() {
        bump(connection, 0, 1, Descriptor.FIN);
        bump(connection, 0, 0, Descriptor.FIN);
        assertThat(context.layout.isOpen()).isTrue();
        bump(connection, 0, 1, 0);
        assertClosedFor("behind the end");
    }

    @Test
    void unknownFlag() {
        bump(connection, 0, 0, 2);
        assertClosedFor("a field that is not BUMP's is set");
    }

    @Test
    void connectionThatNeverWas() {
        bump(connection + (1 << 16), 0, 0, 0);
        assertClosedFor("names a connection that is not its");
    }

    @Test
    void connectionSlotOutOfRange() {
        bump(1 << 16 | 4, 0, 0, 0);
        assertClosedFor("names a connection that is not its");
    }

    @Test
    void connectionThatItHasClosed() {
        request(Descriptor.CLOSE, at -> requests.i32(at, Descriptor.CONNECTION, socket));
        assertThat(host.path.status().contextConnections()).as("the stream").isEqualTo(1);
        bump(socket, 0, 0, 0);
        assertThat(host.path.status().staleRequests()).isEqualTo(1);
        assertThat(context.layout.isOpen()).isTrue();
    }

    private void message(int id, int position, int bytes) {
        request(Descriptor.MESSAGE, at -> {
            requests.i32(at, Descriptor.CONNECTION, id);
            requests.i32(at, Descriptor.TX_BYTES, bytes);
            requests.i32(at, Descriptor.ARGUMENT, position);
            requests.i64(at, Descriptor.OPAQUE, 77);
            requests.u16(at, Descriptor.PEER_PORT, 9);
            Addresses.write(context.region.segment(), at + Descriptor.PEER_ADDRESS, PEER.getAddress());
        });
    }

    @Test
    void messageIsSentAndItsApplicationTold() {
        message(socket, 512, 100);
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(events.available()).isEqualTo(1);
        long at = events.peek();
        assertThat(events.u8(at, Descriptor.TYPE)).isEqualTo(Descriptor.SENT);
        assertThat(events.i32(at, Descriptor.ARGUMENT)).isEqualTo(512);
        assertThat(events.i64(at, Descriptor.OPAQUE)).isEqualTo(77);
        assertThat(events.u16(at, Descriptor.CODE)).isEqualTo(Status.OK.code());
        assertThat(context.slots.transmitHeld(context.slots.own(socket))).isZero();
    }

    @Test
    void messageLongerThanTheLinkTakesIsNotSentAndSaysSo() {
        message(socket, 0, 1473);
        assertThat(events.u16(events.peek(), Descriptor.CODE)).isEqualTo(Status.TOO_LONG.code());
        assertThat(host.path.counters().drops[DropReason.TOO_LONG.code()]).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 10", "4096, 1", "4000, 97", "0, -1", "0, 4097", "2147483647, 1"})
    void messageOutsideItsBuffer(int position, int bytes) {
        message(socket, position, bytes);
        assertClosedFor("a message that is not in its transmit buffer");
    }

    @Test
    void messageOnAStream() {
        message(connection, 0, 10);
        assertClosedFor("takes a stream for a message socket");
    }

    @Test
    void bumpOfAMessageSocket() {
        bump(socket, 0, 10, 0);
        assertClosedFor("moves bytes of a message socket as a stream's");
    }

    @Test
    void givesBackWhatItWasNotGiven() {
        request(Descriptor.RELEASE, at -> requests.i32(at, Descriptor.CONNECTION, socket));
        assertClosedFor("gives back what it was not given");
    }

    @Test
    void roomOfAMessageIsGivenBackOnce() {
        int position = context.reserve(socket, 600, false);
        SegmentMeta meta = new SegmentMeta();
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / Integer.BYTES], 0);
        meta.connection(socket);
        meta.position(position);
        meta.length(600);
        assertThat(context.message(meta)).isTrue();
        assertThat(context.slots.receiveHeld(context.slots.own(socket))).isEqualTo(1024);
        release(position);
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(context.slots.receiveHeld(context.slots.own(socket))).isZero();
        release(position);
        assertClosedFor("gives back what it was not given");
    }

    private void release(int position) {
        request(Descriptor.RELEASE, at -> {
            requests.i32(at, Descriptor.CONNECTION, socket);
            requests.i32(at, Descriptor.ARGUMENT, position);
        });
    }

    @Test
    void cancelOfWhatHasLongBeenSentIsNoOffence() {
        message(socket, 0, 10);
        request(Descriptor.CANCEL, at -> {
            requests.i32(at, Descriptor.CONNECTION, socket);
            requests.i64(at, Descriptor.OPAQUE, 77);
        });
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(events.available()).isEqualTo(1);
    }

    @Test
    void cancelOfAStream() {
        request(Descriptor.CANCEL, at -> requests.i32(at, Descriptor.CONNECTION, connection));
        assertClosedFor("takes a stream for a message socket");
    }

    private void handOver(int target) {
        request(Descriptor.HANDOVER, at -> {
            requests.i32(at, Descriptor.CONNECTION, connection);
            requests.i32(at, Descriptor.ARGUMENT, target);
            requests.i64(at, Descriptor.OPAQUE, 5);
        });
    }

    @Test
    void handsOverWhatItHasUsed() {
        bump(connection, 0, 100, 0);
        handOver(3);
        assertClosedFor("hands over what it has used");
    }

    @Test
    void handsOverWithAFieldThatIsNotItsOwn() {
        request(Descriptor.HANDOVER, at -> requests.u16(at, Descriptor.PEER_PORT, 1));
        assertClosedFor("a field that is not HANDOVER's is set");
    }

    @Test
    void givingUpWhatNobodyKnowsIsIgnored() {
        int before = events.available();
        request(Descriptor.GIVE_UP, at -> requests.i64(at, Descriptor.OPAQUE, 77));
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(events.available()).isEqualTo(before);
    }

    @Test
    void givesUpWithAFieldThatIsNotItsOwn() {
        request(Descriptor.GIVE_UP, at -> requests.i32(at, Descriptor.CONNECTION, connection));
        assertClosedFor("a field that is not GIVE_UP's is set");
    }

    @Test
    void givesUpAtATransportThatIsNot() {
        request(Descriptor.GIVE_UP, at -> requests.u16(at, Descriptor.CODE, 2));
        assertClosedFor("unknown transport");
    }

    private void option(int id, int code, int value) {
        request(Descriptor.OPTION, at -> {
            requests.i32(at, Descriptor.CONNECTION, id);
            requests.u16(at, Descriptor.CODE, code);
            requests.i32(at, Descriptor.ARGUMENT, value);
        });
    }

    @Test
    void anOptionThatATransportHasNoUseForIsIgnored() {
        option(connection, StreamOption.DSCP.code(), 63);
        assertThat(context.layout.isOpen()).isTrue();
    }

    @Test
    void setsAnOptionToWhatItCannotBe() {
        option(connection, StreamOption.DSCP.code(), 64);
        assertClosedFor("sets DSCP to 64");
    }

    @Test
    void setsAnOptionThatIsNot() {
        option(connection, StreamOption.values().length + 1, 0);
        assertClosedFor("sets an unknown option");
    }

    @Test
    void setsAnOptionOfAMessageSocket() {
        option(socket, StreamOption.CORK.code(), 1);
        assertClosedFor("sets an option of a message socket");
    }

    @Test
    void asksForACodePointThatIsNone() {
        request(Descriptor.LISTEN, at -> requests.i32(at, Descriptor.DSCP, 65));
        assertClosedFor("a field that is not LISTEN's is set");
    }

    @Test
    void transportThatIsNot() {
        request(Descriptor.LISTEN, at -> requests.u16(at, Descriptor.CODE, 2));
        assertClosedFor("unknown transport");
    }

    @Test
    void ipv6IsAnsweredNotPunished() {
        request(Descriptor.CONNECT, at -> requests.i64(at, Descriptor.PEER_ADDRESS, 0x20));
        assertThat(context.layout.isOpen()).isTrue();
        assertThat(events.available()).isEqualTo(1);
        assertThat(events.u16(events.peek(), Descriptor.CODE)).isEqualTo(Status.UNSUPPORTED.code());
    }

    @Test
    void impossibleRequestIndex() {
        context.region.segment().set(Endian.I64, context.layout.requestRing(), 1L << 40);
        host.path.poll(0);
        assertClosedFor("impossible index of the request ring");
    }

    @Test
    void impossibleEventIndex() {
        context.region.segment().set(Endian.I64, context.layout.eventRing() + 64, 99);
        request(Descriptor.LISTEN, at -> { });
        host.path.poll(0);
        assertClosedFor("impossible index of the event ring");
    }

    @Test
    void fullEventRingHoldsRequestsBackAndLosesNoAnswer() {
        for (int i = 0; i < 64 + 20; i++) {
            long opaque = i;
            request(Descriptor.LISTEN, at -> requests.i64(at, Descriptor.OPAQUE, opaque));
        }
        assertThat(events.available()).isEqualTo(64);
        assertThat(host.path.poll(0)).isEqualTo(200_000);
        for (int i = 0; i < 64 + 20; i++) {
            assertThat(events.available()).isPositive();
            assertThat(events.i64(events.peek(), Descriptor.OPAQUE)).isEqualTo(i);
            events.next();
            events.release();
            host.path.poll(0);
        }
        assertThat(context.layout.isOpen()).isTrue();
    }

    @Test
    void failureFollowsTheBumpsBeforeIt() {
        bump(connection, 0, 100, 0);
        context.notify(connection, 7, 100, 0);
        host.transport.fail(context.number, connection, Status.RESET);
        host.path.poll(0);
        assertThat(events.available()).isEqualTo(2);
        assertThat(events.u8(events.peek(), Descriptor.TYPE)).isEqualTo(Descriptor.BUMP);
        assertThat(events.i32(events.peek(), Descriptor.RX_BYTES)).isEqualTo(7);
        assertThat(events.i32(events.peek(), Descriptor.TX_BYTES)).isEqualTo(100);
        events.next();
        assertThat(events.u8(events.peek(), Descriptor.TYPE)).isEqualTo(Descriptor.CLOSED);
        assertThat(events.u16(events.peek(), Descriptor.CODE)).isEqualTo(Status.RESET.code());
        bump(connection, 7, 0, 0);
        assertThat(context.layout.isOpen()).isTrue();
    }

    @Test
    void programThatLiesCannotMakeTheApplicationReadTooFar() {
        context.notify(connection, 5000, 1, 0);
        host.path.poll(0);
        assertThat(events.i32(events.peek(), Descriptor.RX_BYTES)).isEqualTo(4096);
        assertThat(events.i32(events.peek(), Descriptor.TX_BYTES)).isZero();
    }

    @Test
    void randomDescriptorsDoNotDisturbANeighbour() throws IOException {
        long seed = 20261122;
        Random random = new Random(seed);
        Toe toe = Toe.open(host, SIZE);
        AppContext good = host.lastOpened;
        InetSocketAddress where = new InetSocketAddress("10.0.0.1", 6000);
        MessageSocket socket = toe.bind(where, null);
        toe.flush();
        host.path.poll(0);
        toe.poll(0);
        int closed = 0;
        for (int i = 0; i < 20_000; i++) {
            if (!context.layout.isOpen()) {
                closed++;
                context.region.close();
                bind();
            }
            long at = requests.claim();
            scribble(random, at);
            requests.publish();
            if (i % 100 == 0) {
                assertThat(socket.send(ByteBuffer.allocate(64), where)).as("seed %d step %d", seed, i).isTrue();
                toe.flush();
            }
            host.path.poll(0);
            toe.poll(0);
            int waiting = Math.max(0, events.available());
            for (int n = 0; n < waiting; n++) {
                events.next();
            }
            events.release();
        }
        assertThat(closed).as("seed %d", seed).isGreaterThan(1000);
        assertThat(good.layout.isOpen()).isTrue();
        assertThat(toe.isOpen()).isTrue();
        socket.close();
        toe.flush();
        host.path.poll(0);
        assertThat(good.slots.live()).isZero();
    }

    private void scribble(Random random, long at) {
        requests.u8(at, Descriptor.TYPE, random.nextInt(17));
        requests.i32(at, Descriptor.CONNECTION, random.nextInt(3) == 0 ? random.nextInt() : random.nextBoolean() ? socket : connection);
        if (random.nextBoolean()) {
            requests.i32(at, Descriptor.TX_BYTES, random.nextInt(-2, 1000));
        }
        if (random.nextBoolean()) {
            Addresses.write(context.region.segment(), at + Descriptor.PEER_ADDRESS, LOCAL.getAddress());
        }
        for (int n = random.nextInt(3); n > 0; n--) {
            requests.u8(at, random.nextInt(Descriptor.BYTES), random.nextInt());
        }
    }

    @Test
    void requestsThatCostMoreAreFewerInARound() {
        for (int i = 0; i < 20; i++) {
            long at = requests.claim();
            requests.u8(at, Descriptor.TYPE, Descriptor.BIND);
            Addresses.write(context.region.segment(), at + Descriptor.LOCAL_ADDRESS, LOCAL.getAddress());
            requests.u16(at, Descriptor.LOCAL_PORT, LOCAL.getPort());
        }
        requests.publish();
        long before = host.path.status().requests();
        long next = host.path.poll(clock.nowNs());
        assertThat(host.path.status().requests() - before).isEqualTo(4);
        assertThat(next).as("there is more to do").isLessThanOrEqualTo(clock.nowNs());
        for (int i = 0; i < 4; i++) {
            host.path.poll(clock.nowNs());
        }
        assertThat(host.path.status().requests() - before).isEqualTo(20);
    }
}
