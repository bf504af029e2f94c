package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
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
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.testkit.Eventually;
import org.millrace.toe.FakeDataPath.Request;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ToeTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 40000);

    private final FakeDataPath dataPath = new FakeDataPath(new ContextSize(128, 4096, 4096, 64));
    private final Toe toe = Toe.open(dataPath);

    @Test
    void endpointIsListedOnceHoweverManyEventsCame() {
        StreamSocket stream = connected(1);
        dataPath.bump(id(1), 1, 0, false);
        dataPath.bump(id(1), 1, 0, false);
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.poll(-1)).as("what is listed keeps poll awake").isEqualTo(1);
        assertThat(toe.nextReady()).isSameAs(stream);
        assertThat(toe.nextReady()).isNull();
        stream.again();
        assertThat(toe.nextReady()).isSameAs(stream);
    }

    @Test
    void closedEndpointIsNotListed() {
        StreamSocket stream = connected(1);
        dataPath.bump(id(1), 1, 0, false);
        toe.poll(0);
        stream.close();
        assertThat(toe.nextReady()).isNull();
    }

    @Test
    void ownerThatSleepsInASelectorIsWokenThere() throws IOException {
        connected(1);
        try (Selector selector = Selector.open()) {
            toe.wakeChannel().register(selector, SelectionKey.OP_READ);
            assertThat(toe.beforeSelect()).isEqualTo(-1);
            dataPath.bump(id(1), 1, 0, false);
            assertThat(selector.select()).isEqualTo(1);
            toe.afterSelect();
            assertThat(toe.drainWakeChannel()).isTrue();
            assertThat(toe.poll(0)).isEqualTo(1);
            dataPath.bump(id(1), 1, 0, false);
            assertThat(selector.selectNow(key -> { })).as("nobody sleeps, nobody is woken").isZero();
        }
    }

    @Test
    void ownerDoesNotSelectWhileSomethingIsThere() throws IOException {
        connected(1);
        toe.wakeChannel();
        dataPath.bump(id(1), 1, 0, false);
        assertThat(toe.beforeSelect()).isZero();
        toe.afterSelect();
        assertThat(toe.poll(0)).isEqualTo(1);
        assertThat(toe.beforeSelect()).as("listed and not yet fetched").isZero();
        toe.afterSelect();
        toe.nextReady();
        assertThat(toe.beforeSelect()).isEqualTo(-1);
    }

    @Test
    void endOfTheWakeChannelIsTold() throws IOException {
        toe.wakeChannel();
        dataPath.endWakeChannel();
        assertThat(toe.drainWakeChannel()).isFalse();
    }

    @Test
    void fullRequestRingLosesNothingAndMergesMeanwhile() throws IOException {
        List<StreamSocket> streams = new ArrayList<>();
        for (int slot = 0; slot < 100; slot++) {
            streams.add(connected(slot));
        }
        write(streams);
        toe.flush();
        write(streams);
        toe.flush();
        List<Request> first = dataPath.takeAll();
        assertThat(first).hasSize(64).allMatch(request -> request.tx() == 1);
        toe.poll(0);
        List<Request> second = dataPath.takeAll();
        toe.flush();
        List<Request> third = dataPath.takeAll();
        assertThat(second).hasSize(64);
        assertThat(second.subList(0, 36)).as("those that waited longest come first, merged")
            .allMatch(request -> request.tx() == 2);
        assertThat(third).hasSize(36);
        for (int slot = 0; slot < 100; slot++) {
            int id = id(slot);
            List<Request> all = new ArrayList<>(first);
            all.addAll(second);
            all.addAll(third);
            assertThat(all.stream().filter(r -> r.connection() == id).mapToInt(Request::tx).sum()).isEqualTo(2);
        }
    }

    @Test
    void fullRequestRingDelaysConnectAndClose() {
        for (int i = 0; i < 65; i++) {
            toe.connect(PEER);
        }
        StreamSocket given = toe.connect(PEER);
        toe.flush();
        given.close();
        toe.flush();
        assertThat(dataPath.takeAll()).hasSize(64);
        toe.flush();
        assertThat(dataPath.takeAll()).as("the one that was closed before it was asked for is not").hasSize(1);
    }

    @Test
    void sleeperIsWokenByAnEvent() throws Exception {
        StreamSocket stream = connected(1);
        FutureTask<Integer> sleeper = poll(-1);
        awaitSleep();
        dataPath.bump(id(1), 5, 0, false);
        assertThat(sleeper.get()).isEqualTo(1);
        assertThat(stream.readable()).isEqualTo(5);
        assertThat(dataPath.applicationSleeps()).isFalse();
    }

    @Test
    void sleeperIsWokenByWakeup() throws Exception {
        FutureTask<Integer> sleeper = poll(-1);
        awaitSleep();
        toe.wakeup();
        assertThat(sleeper.get()).isZero();
    }

    @Test
    void wakeupBeforePollKeepsItAwakeOnce() {
        toe.wakeup();
        assertThat(toe.poll(-1)).isZero();
        assertThat(toe.poll(1_000)).isZero();
    }

    @Test
    void sleeperIsWokenWhenTheRuntimeGoesAway() throws Exception {
        StreamSocket stream = connected(1);
        FutureTask<Integer> sleeper = poll(-1);
        awaitSleep();
        dataPath.goAway();
        assertThat(sleeper.get()).isEqualTo(1);
        assertThat(toe.isOpen()).isFalse();
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1))).isInstanceOf(ToeFailure.ToeException.class)
            .hasMessage("stream to 10.0.0.2:40000 on instance 'fake': closed by the runtime (the runtime went away or "
                + "closed the context); open a new context once the instance runs again");
        toe.nextReady();
        assertThat(toe.poll(-1)).isZero();
    }

    @Test
    void everyEndpointFailsWhenTheRuntimeGoesAway() {
        StreamSocket connecting = toe.connect(PEER);
        ListenSocket listener = toe.listen(PEER, 1);
        MessageSocket messages = toe.bind(PEER, "udp");
        dataPath.goAway();
        assertThat(toe.poll(-1)).isEqualTo(3);
        assertThat(List.of(connecting.status(), listener.status(), messages.status())).containsOnly(Status.ABORTED);
        assertThat(toe.connect(PEER).status()).isEqualTo(Status.ABORTED);
        connecting.close();
        toe.close();
        toe.close();
        toe.wakeup();
        assertThat(dataPath.isOpen()).isFalse();
    }

    @Test
    void closeSendsWhatIsOwedAndGivesTheContextBack() throws IOException {
        StreamSocket stream = connected(1);
        stream.write(ByteBuffer.wrap(new byte[9]));
        toe.close();
        assertThat(dataPath.takeAll()).extracting(Request::tx).containsExactly(9);
        assertThat(dataPath.isOpen()).isFalse();
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1)))
            .hasMessageContaining("(this application closed its context)");
    }

    @Test
    void impossibleRequestIndexFailsTheContext() throws IOException {
        StreamSocket stream = connected(1);
        dataPath.corruptRequests();
        for (int i = 0; i < 64 && toe.isOpen(); i++) {
            stream.write(ByteBuffer.wrap(new byte[1]));
            toe.flush();
        }
        assertThatThrownBy(stream::finishConnect).hasMessageContaining("(its request index is impossible)");
    }

    @Test
    void awaitHoldsWhenTheConditionDoesAndGivesUpInTime() {
        StreamSocket stream = toe.connect(PEER);
        assertThat(toe.await(stream::isConnected, 1_000)).isFalse();
        dataPath.connected(dataPath.take().opaque(), id(1), Status.OK);
        assertThat(toe.await(stream::isConnected, -1)).isTrue();
        assertThat(toe.nextReady()).isSameAs(stream);
    }

    @Test
    void anotherVersionOfTheLayoutIsRefused() {
        dataPath.region.set(ValueLayout.JAVA_INT_UNALIGNED, 8, 99);
        assertThatThrownBy(() -> Toe.open(dataPath)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("version");
    }

    @Test
    void readWriteAndPollAllocateNothing() throws IOException {
        connected(1);
        ByteBuffer heap = ByteBuffer.allocate(64);
        ByteBuffer direct = ByteBuffer.allocateDirect(64);
        echo(heap, direct, 20_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long empty = -threads.getCurrentThreadAllocatedBytes() + threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        echo(heap, direct, 1_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before - empty).isLessThan(1_000);
    }

    private void echo(ByteBuffer heap, ByteBuffer direct, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            dataPath.bump(id(1), 64, 0, false);
            toe.poll(0);
            StreamSocket stream = (StreamSocket) toe.nextReady();
            ByteBuffer buffer = (i & 1) == 0 ? heap : direct;
            buffer.clear();
            stream.read(buffer);
            buffer.flip();
            stream.write(buffer);
            toe.flush();
            if (!dataPath.skip()) {
                throw new AssertionError("no descriptor");
            }
            dataPath.bump(id(1), 0, 64, false);
            toe.poll(0);
            toe.nextReady();
        }
    }

    private StreamSocket connected(int slot) {
        StreamSocket stream = toe.connect(PEER);
        toe.flush();
        dataPath.connected(dataPath.take().opaque(), id(slot), Status.OK);
        toe.poll(0);
        assertThat(toe.nextReady()).isSameAs(stream);
        return stream;
    }

    private static void write(List<StreamSocket> streams) throws IOException {
        for (StreamSocket stream : streams) {
            stream.write(ByteBuffer.wrap(new byte[1]));
        }
    }

    private FutureTask<Integer> poll(long timeoutNs) {
        FutureTask<Integer> task = new FutureTask<>(() -> toe.poll(timeoutNs));
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private void awaitSleep() {
        Eventually.holds(dataPath::applicationSleeps, () -> "the application does not sleep");
    }

    private static int id(int slot) {
        return 1 << 16 | slot;
    }
}
