package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.memory.Descriptor;
import org.millrace.memory.FutexSet;
import org.millrace.testkit.Eventually;
import org.millrace.toe.FakeDataPath.Request;

/** A context of three shards. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class LanesTest {
    private static final int SHARDS = 3;
    private static final ContextSize SIZE = new ContextSize(128, 4096, 4096, 64);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 40000);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 80);
    private static final int ID = 1 << 16 | 3;

    private final FakeShards instance = new FakeShards(SHARDS, 0, SIZE);
    private final Toe toe = Toe.open(instance);

    private FakeDataPath shard(int index) {
        return instance.get(index);
    }

    /** {@return how many requests each shard has got; takes them} */
    private List<Integer> counts() {
        return instance.shards.stream().map(shard -> shard.takeAll().size()).toList();
    }

    private StreamSocket connected(int shard, int slot) {
        toe.affinity(shard);
        StreamSocket stream = toe.connect(PEER);
        toe.flush();
        shard(shard).connected(shard(shard).take().opaque(), 1 << 16 | slot, Status.OK);
        toe.poll(0);
        assertThat(toe.nextReady()).isSameAs(stream);
        return stream;
    }

    @Test
    void streamsGoToTheShardsInTurn() {
        List<StreamSocket> streams = List.of(toe.connect(PEER), toe.connect(PEER), toe.connect(PEER), toe.connect(PEER));
        assertThat(streams).extracting(StreamSocket::shard).containsExactly(0, 1, 2, 0);
        toe.flush();
        assertThat(counts()).containsExactly(2, 1, 1);
    }

    @Test
    void contextsBeginAtDifferentShards() {
        List<Integer> first = new ArrayList<>();
        for (int index = 0; index < SHARDS; index++) {
            first.add(Toe.open(new FakeShards(SHARDS, index, SIZE)).connect(PEER).shard());
        }
        assertThat(first).containsExactly(0, 1, 2);
    }

    @Test
    void affinityIsOneShardUntilItIsTakenBack() {
        toe.affinity(SHARDS + 1);
        assertThat(List.of(toe.connect(PEER).shard(), toe.connect(PEER).shard())).containsExactly(1, 1);
        toe.affinity(Toe.ANY_SHARD);
        assertThat(toe.connect(PEER).shard()).isZero();
    }

    @Test
    void nextShardIsAskedWhereOneSaysThatAnotherHasTheStream() throws IOException {
        StreamSocket stream = toe.connect(PEER, LOCAL, null);
        stream.option(StreamOption.DSCP, 8);
        toe.flush();
        Request first = shard(0).take();
        stream.option(StreamOption.NO_DELAY, 1); // owed to the first shard when it refuses
        shard(0).connected(first.opaque(), 0, Status.ELSEWHERE);
        assertThat(toe.poll(0)).as("the application sees nothing of it").isZero();
        assertThat(stream.isConnecting()).isTrue();
        assertThat(stream.shard()).isEqualTo(1);
        assertThat(shard(0).takeAll()).isEmpty();
        Request second = shard(1).take();
        assertThat(second).usingRecursiveComparison().isEqualTo(first);
        shard(1).connected(second.opaque(), ID, Status.OK);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(stream.finishConnect()).isTrue();
        assertThat(shard(1).takeAll()).extracting(Request::type, Request::connection).containsExactly(tuple(Descriptor.OPTION, ID));
    }

    @Test
    void streamThatIsNobodysFails() {
        StreamSocket stream = toe.connect(PEER, LOCAL, null);
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(stream.status()).isEqualTo(Status.OK);
            toe.flush();
            shard(shard).connected(shard(shard).take().opaque(), 0, Status.ELSEWHERE);
            toe.poll(0);
        }
        assertThat(toe.nextReady()).isSameAs(stream);
        assertThat(stream.status()).isEqualTo(Status.ADDRESS_NOT_AVAILABLE);
        assertThat(counts()).containsExactly(0, 0, 0);
    }

    @Test
    void streamThatWasGivenUpAsksNobodyElse() {
        StreamSocket stream = toe.connect(PEER, LOCAL, null);
        toe.flush();
        long number = shard(0).take().opaque();
        stream.close();
        shard(0).connected(number, 0, Status.ELSEWHERE); // comes before the giving up is written
        toe.poll(0);
        toe.flush();
        assertThat(shard(0).takeAll()).extracting(Request::type).containsExactly(Descriptor.GIVE_UP);
        assertThat(counts()).containsExactly(0, 0, 0);
    }

    @Test
    void bytesAreInTheMemoryOfTheStreamsShard() throws IOException {
        for (int shard = 0; shard < SHARDS; shard++) {
            StreamSocket stream = connected(shard, 3);
            assertThat(stream.region()).isEqualTo(shard(shard).region);
            stream.write(ByteBuffer.wrap(new byte[] {1, (byte) shard}));
            shard(shard).deliver(ID, 0, new byte[] {7, (byte) shard});
            shard(shard).bump(ID, 2, 0, false);
            toe.poll(0);
            assertThat(toe.nextReady()).isSameAs(stream);
            assertThat(shard(shard).fetch(ID, 0, 2)).containsExactly(1, shard);
            ByteBuffer read = ByteBuffer.allocate(2);
            assertThat(stream.read(read)).isEqualTo(2);
            assertThat(read.array()).containsExactly(7, shard);
            assertThat(stream.region().get(ValueLayout.JAVA_BYTE, stream.readableOffset() - 1)).isEqualTo((byte) shard);
        }
        toe.flush();
        assertThat(instance.shards).allSatisfy(shard -> assertThat(shard.takeAll()).extracting(Request::connection)
            .containsOnly(ID));
    }

    @Test
    void listenerTakesFromAllOnceAllListen() throws IOException {
        ListenSocket listener = toe.listen(new InetSocketAddress("10.0.0.1", 0), 16);
        toe.flush();
        assertThat(instance.shards.subList(1, SHARDS)).as("the first chooses the port")
            .allSatisfy(shard -> assertThat(shard.takeAll()).isEmpty());
        Request first = shard(0).take();
        shard(0).listening(first.opaque(), 10, LOCAL, Status.OK);
        shard(0).accepted(first.opaque(), ID);
        assertThat(toe.poll(0)).as("others are asked yet").isZero();
        assertThat(listener.isListening()).isFalse();
        Request second = shard(1).take();
        Request third = shard(2).take();
        assertThat(List.of(second, third)).extracting(Request::type, Request::local, Request::argument)
            .containsOnly(tuple(Descriptor.LISTEN, LOCAL, 16));
        shard(2).listening(third.opaque(), 12, LOCAL, Status.OK);
        shard(1).listening(second.opaque(), 11, LOCAL, Status.OK);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(listener);
        assertThat(listener.isListening()).isTrue();
        assertThat(listener.localAddress()).isEqualTo(LOCAL);
        shard(2).accepted(third.opaque(), ID);
        toe.poll(0);
        assertThat(List.of(listener.accept().shard(), listener.accept().shard())).containsExactly(0, 2);
        assertThat(listener.accept()).isNull();
        listener.close();
        toe.flush();
        for (int shard = 0; shard < SHARDS; shard++) {
            assertThat(shard(shard).takeAll()).extracting(Request::type, Request::argument)
                .containsExactly(tuple(Descriptor.UNLISTEN, 10 + shard));
        }
    }

    /** Whom it then gives the address to asks the others for it, and finds it free there. */
    @Test
    void firstShardIsTheLastToHearThatAnAddressIsLetGoOf() {
        ListenSocket listener = listening();
        List<Integer> heard = new ArrayList<>();
        shard(0).whenRung = () -> heard.addAll(counts());
        shard(0).sleep();
        listener.close();
        toe.flush();
        assertThat(heard).containsExactly(1, 1, 1);
    }

    @Test
    void listenerThatOneShardRefusesListensNowhere() {
        ListenSocket listener = toe.listen(LOCAL, 16);
        toe.flush();
        Request first = shard(0).take();
        shard(0).listening(first.opaque(), 10, LOCAL, Status.OK);
        shard(0).accepted(first.opaque(), ID);
        toe.poll(0);
        Request second = shard(1).take();
        Request third = shard(2).take();
        shard(1).listening(second.opaque(), 0, LOCAL, Status.NO_RESOURCES);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThatThrownBy(listener::accept).isInstanceOf(ToeFailure.ToeException.class).hasMessageContaining("10.0.0.1:80");
        assertThat(shard(0).takeAll()).extracting(Request::type).containsExactly(Descriptor.ABORT, Descriptor.UNLISTEN);
        shard(2).listening(third.opaque(), 12, LOCAL, Status.OK); // was on its way
        toe.poll(0);
        assertThat(shard(2).takeAll()).extracting(Request::type, Request::argument)
            .containsExactly(tuple(Descriptor.UNLISTEN, 12));
        listener.close();
        toe.flush();
        assertThat(counts()).containsExactly(0, 0, 0);
    }

    /** It has not read yet that whoever had the address before has let go of it. */
    @Test
    void shardThatIsLateIsAskedOnceMore() {
        ListenSocket listener = toe.listen(LOCAL, 16);
        toe.flush();
        shard(0).listening(shard(0).take().opaque(), 10, LOCAL, Status.OK);
        toe.poll(0);
        shard(2).listening(shard(2).take().opaque(), 12, LOCAL, Status.OK);
        shard(1).listening(shard(1).take().opaque(), 0, LOCAL, Status.ADDRESS_IN_USE);
        assertThat(toe.poll(0)).isZero();
        shard(1).listening(shard(1).take().opaque(), 11, LOCAL, Status.OK);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(listener.isListening()).isTrue();
    }

    @Test
    void addressThatStaysTakenIsRefused() {
        ListenSocket listener = toe.listen(LOCAL, 16);
        toe.flush();
        shard(0).listening(shard(0).take().opaque(), 10, LOCAL, Status.OK);
        toe.poll(0);
        for (int asked = 0; asked < 5; asked++) {
            shard(1).listening(shard(1).take().opaque(), 0, LOCAL, Status.ADDRESS_IN_USE);
            toe.poll(0);
        }
        assertThatThrownBy(listener::accept).isInstanceOf(BindException.class);
        assertThat(shard(1).takeAll()).isEmpty();
    }

    @Test
    void handedOverStreamStaysInItsShard() throws IOException {
        Toe taker = Toe.open(new FakeShards(SHARDS, 4, SIZE));
        StreamSocket expected = taker.expect();
        ListenSocket listener = listening();
        shard(2).accepted(numbers.get(2), ID);
        toe.poll(0);
        listener.accept().handOver(expected.berth());
        toe.flush();
        assertThat(shard(2).takeAll()).extracting(Request::type, Request::argument, Request::opaque)
            .containsExactly(tuple(Descriptor.HANDOVER, 4 * SHARDS + 2, expected.berth().number()));
    }

    @Test
    void expectedStreamComesInWhicheverShard() throws IOException {
        StreamSocket expected = toe.expect();
        MemorySegment before = expected.region();
        shard(2).accepted(expected.berth().number(), ID);
        shard(2).deliver(ID, 0, new byte[] {9});
        shard(2).bump(ID, 1, 0, false);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(expected.shard()).isEqualTo(2);
        assertThat(expected.region()).isNotEqualTo(before);
        ByteBuffer read = ByteBuffer.allocate(1);
        expected.read(read);
        assertThat(read.get(0)).isEqualTo((byte) 9);
    }

    @Test
    void whatIsOwedToOneShardOfAStreamThatComesInAnotherIsOwedThere() {
        toe.affinity(0);
        for (int i = 0; i < 64; i++) {
            toe.connect(PEER);
        }
        toe.flush();
        StreamSocket expected = toe.expect();
        expected.close(); // the first shard's ring has no room for that
        shard(2).accepted(expected.berth().number(), ID);
        toe.poll(0);
        toe.flush();
        assertThat(shard(0).takeAll()).extracting(Request::type).hasSize(64).containsOnly(Descriptor.CONNECT);
        toe.flush();
        assertThat(shard(0).takeAll()).isEmpty();
        assertThat(shard(2).takeAll()).extracting(Request::type, Request::connection)
            .containsExactly(tuple(Descriptor.ABORT, ID));
    }

    @Test
    void contextOfAnotherInstanceTakesNothing() throws IOException {
        ListenSocket listener = listening();
        shard(0).accepted(numbers.getFirst(), ID);
        toe.poll(0);
        StreamSocket accepted = listener.accept();
        StreamSocket.Berth other = Toe.open(new FakeDataPath()).expect().berth();
        assertThatThrownBy(() -> accepted.handOver(other)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("another instance");
        assertThat(accepted.isConnected()).isTrue();
    }

    @Test
    void messagesAreTheFirstShards() {
        MessageSocket messages = toe.bind(LOCAL, "udp");
        toe.flush();
        assertThat(shard(0).take().type()).isEqualTo(Descriptor.BIND);
        assertThat(counts()).containsExactly(0, 0, 0);
        assertThat(messages.region).isEqualTo(toe.region()).isEqualTo(shard(0).region);
    }

    @Test
    void fullRequestRingOfOneShardHoldsUpNoOther() throws IOException {
        List<StreamSocket> busy = new ArrayList<>();
        for (int slot = 0; slot < 65; slot++) {
            busy.add(connected(1, slot));
        }
        StreamSocket other = connected(2, 1);
        for (StreamSocket stream : busy) {
            stream.write(ByteBuffer.wrap(new byte[1]));
        }
        other.write(ByteBuffer.wrap(new byte[1]));
        toe.flush();
        assertThat(toe.isRequestRingFull()).isTrue();
        assertThat(toe.poll(-1)).as("nobody announces room, so nobody sleeps until it is").isZero();
        assertThat(counts()).containsExactly(0, 64, 1);
        toe.poll(0);
        assertThat(toe.isRequestRingFull()).isFalse();
        assertThat(counts()).containsExactly(0, 1, 0);
    }

    @Test
    void contextIsOverWhenOneShardEndsIt() {
        StreamSocket stream = connected(0, 1);
        ListenSocket listener = toe.listen(LOCAL, 1);
        shard(2).goAway();
        assertThat(toe.poll(0)).isEqualTo(2);
        assertThat(toe.isOpen()).isFalse();
        assertThat(stream.status()).isEqualTo(Status.ABORTED);
        assertThat(listener.status()).isEqualTo(Status.ABORTED);
        toe.close();
        assertThat(instance.shards).noneMatch(FakeDataPath::isOpen);
    }

    @Test
    void lateAnswerOfAnotherShardToASocketFailsTheContext() {
        toe.bind(LOCAL, "udp");
        toe.flush();
        shard(1).connected(shard(0).take().opaque(), ID, Status.OK);
        toe.poll(0);
        assertThat(toe.reason()).isEqualTo(" (it gave connection id 00010003, which cannot be)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sleeperIsWokenByEveryShard(boolean futexes) throws Exception {
        Toe sleeps = new Toe(instance, futexes && FutexSet.isSupported());
        for (int shard = 0; shard < SHARDS; shard++) {
            FutureTask<Integer> sleeper = poll(sleeps);
            awaitSleep();
            shard(shard).bump(ID, 0, 0, false);
            assertThat(sleeper.get()).isZero();
            assertThat(instance.shards).noneMatch(FakeDataPath::applicationSleeps);
        }
        FutureTask<Integer> sleeper = poll(sleeps);
        awaitSleep();
        sleeps.wakeup();
        assertThat(sleeper.get()).isZero();
        assertThat(sleeps.poll(1_000)).as("the time is over").isZero();
        sleeps.close();
    }

    @Test
    void oneChannelWakesWhoeverSleepsInASelector() throws IOException {
        try (Selector selector = Selector.open()) {
            toe.wakeChannel().register(selector, SelectionKey.OP_READ);
            for (int shard = 0; shard < SHARDS; shard++) {
                assertThat(toe.beforeSelect()).isEqualTo(-1);
                shard(shard).bump(ID, 0, 0, false);
                assertThat(selector.select(key -> { })).isEqualTo(1);
                toe.afterSelect();
                assertThat(toe.drainWakeChannel()).isTrue();
                toe.poll(0);
            }
            shard(1).bump(ID, 0, 0, false);
            assertThat(selector.selectNow(key -> { })).as("nobody sleeps, nobody is woken").isZero();
            assertThat(toe.beforeSelect()).as("there is something").isZero();
            toe.afterSelect();
        }
    }

    /** Numbers under which the shards were asked to listen. */
    private final List<Long> numbers = new ArrayList<>();

    private ListenSocket listening() {
        ListenSocket listener = toe.listen(LOCAL, 16);
        for (int shard = 0; shard < SHARDS; shard++) {
            toe.flush();
            numbers.add(shard(shard).take().opaque());
            shard(shard).listening(numbers.get(shard), 10 + shard, LOCAL, Status.OK);
            toe.poll(0);
        }
        assertThat(toe.nextReady()).isSameAs(listener);
        return listener;
    }

    private static FutureTask<Integer> poll(Toe sleeps) {
        FutureTask<Integer> task = new FutureTask<>(() -> sleeps.poll(-1));
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /** Every shard sees that it sleeps. */
    private void awaitSleep() {
        Eventually.holds(() -> instance.shards.stream().allMatch(FakeDataPath::applicationSleeps), () -> "it does not sleep");
    }
}
