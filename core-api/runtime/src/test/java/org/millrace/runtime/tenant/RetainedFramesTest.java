package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.runtime.frame.ReceivedFrames;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.runtime.path.HoldingBackend;
import org.millrace.runtime.path.TestHost;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.sim.port.SimulatedPort;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** Frames and payloads that wait in a machine beyond their batch stay as they were when it ended. */
class RetainedFramesTest {
    private static final InetSocketAddress US = new InetSocketAddress("10.0.0.1", 5000);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.9", 7);
    private static final int RING_BYTES = 16384;

    private final RetainedFrames retained = new RetainedFrames(1000, 1 << 22);
    private final ReceivedFrames frames = new ReceivedFrames(4, retained);
    private final PayloadSpans spans = new PayloadSpans(null, retained, null);
    private final MemorySegment ring = MemorySegment.ofArray(new byte[64]);

    private int keep(int firstOffset, int firstLength, int secondLength) {
        return retained.keep(ring, firstOffset, firstLength, 0, secondLength);
    }

    private String payload(int number) {
        SegmentMeta meta = item();
        meta.payload(-number);
        spans.locate(meta);
        return text(spans.region, spans.firstOffset, spans.length());
    }

    private static String text(MemorySegment memory, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(memory, offset, MemorySegment.ofArray(bytes), 0, length);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static SegmentMeta item() {
        SegmentMeta meta = new SegmentMeta();
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / 4], 0);
        return meta;
    }

    private void write(String text) {
        MemorySegment.copy(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)), 0, ring, 0, text.length());
    }

    /** A batch of one frame, whose datagram begins at byte 4. Answers its number. */
    private int receive(String text) {
        frames.forget();
        frames.batch.clear();
        write(text);
        frames.batch.add(ring, 0, text.length(), 0, 0);
        ReceivedPacket packet = frames.at(0);
        packet.frame = ring;
        packet.frameOffset = 0;
        packet.headerOffset = 4;
        packet.length = text.length() - 4;
        packet.peerAddress = text.hashCode();
        return 1;
    }

    private String datagram(int frame) {
        ReceivedPacket packet = frames.packet(frame);
        assertThat(packet.peerAddress).isEqualTo(text(packet.frame, packet.frameOffset, frames.length(frame)).hashCode());
        return text(packet.frame, packet.header(), packet.length);
    }

    @Test
    void aFrameOutlivesItsBatch() {
        SegmentMeta first = item();
        SegmentMeta second = item();
        first.frame(receive("eth first"));
        assertThat(frames.retain(first)).isTrue();
        int stable = first.frame();
        assertThat(frames.retain(first)).as("again").isTrue();
        assertThat(first.frame()).isEqualTo(stable).isNegative();
        second.frame(receive("eth second"));
        assertThat(frames.retain(second)).isTrue();
        receive("eth third and longer");
        assertThat(datagram(first.frame())).isEqualTo("first");
        assertThat(datagram(second.frame())).isEqualTo("second");
        assertThat(datagram(1)).isEqualTo("third and longer");
        frames.release(second);
        retained.recycle();
        assertThat(datagram(first.frame())).isEqualTo("first");
        frames.release(first);
        retained.recycle();
        assertThat(retained.inUse()).isZero();
        frames.release(first); // has nothing any more
        assertThat(retained.inUse()).isZero();
    }

    @Test
    void aFrameThatTwoItemsReferToGoesWithTheLast() {
        SegmentMeta one = item();
        one.frame(receive("eth first"));
        frames.retain(one);
        receive("eth other");
        SegmentMeta two = item();
        two.frame(frames.share(frames.packet(one.frame())));
        assertThat(two.frame()).isEqualTo(one.frame());
        frames.release(one);
        retained.recycle();
        assertThat(datagram(two.frame())).isEqualTo("first");
        frames.release(two);
        assertThat(retained.inUse()).isZero();
    }

    @Test
    void aSecondReleaseIsAnError() {
        int number = keep(0, 4, 0);
        retained.release(number);
        assertThatThrownBy(() -> retained.release(number)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aPayloadIsKeptAsItWas() {
        write("0123456789");
        int whole = keep(2, 4, 0);
        int wrapped = keep(7, 3, 2);
        write("overwritten");
        int later = keep(0, 4, 0);
        write("again......");
        assertThat(payload(wrapped)).isEqualTo("78901");
        assertThat(payload(whole)).isEqualTo("2345");
        assertThat(payload(later)).isEqualTo("over");
    }

    @Test
    void whatIsReleasedIsUsedAgainWhenThePortHasIt() {
        write("first......");
        int first = keep(0, 5, 0);
        retained.release(first);
        write("other......");
        int second = keep(0, 5, 0);
        assertThat(second).isNotEqualTo(first);
        assertThat(payload(first)).as("on its way to the port").isEqualTo("first");
        retained.recycle();
        assertThat(keep(0, 5, 0)).isEqualTo(first);
    }

    @Test
    void whenThereIsNoMemoryItIsCounted() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            write(String.format("%04d", i));
            numbers.add(keep(0, 4, 0));
        }
        assertThat(numbers).doesNotHaveDuplicates().allMatch(n -> n > 0 && n <= 1000);
        assertThat(keep(0, 4, 0)).as("all numbers").isZero();
        SegmentMeta meta = item();
        meta.frame(receive("eth lost"));
        assertThat(frames.retain(meta)).isFalse();
        assertThat(meta.frame()).as("of no other frame").isZero();
        assertThat(retained.refused()).isEqualTo(2);
        for (int i = 0; i < 1000; i++) {
            assertThat(payload(numbers.get(i))).isEqualTo(String.format("%04d", i));
            retained.release(numbers.get(i));
        }
        retained.recycle();
        assertThat(retained.inUse()).isZero();

        RetainedFrames few = new RetainedFrames(1000, 5000);
        List<Integer> kept = IntStream.range(0, 3).mapToObj(i -> few.keep(ring, 0, 10, 0, 0)).toList();
        assertThat(kept).as("bytes").containsExactly(1, 2, 0);
    }

    /** Messages of an application on a machine whose queue does not move, sent until its ring has come round. */
    private static final class World {
        final HoldingBackend hardware;
        final ManualClock clock = new ManualClock();
        final FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, false));
        final TestHost host;
        final SimulatedPort wire;
        final Toe toe;
        final MessageSocket socket;
        final List<String> heard = new ArrayList<>();

        World() {
            this(new HoldingBackend());
        }

        World(HoldingBackend hardware) {
            this.hardware = hardware;
            host = new TestHost(fabric.port("us", 0x020000000001L), "10.0.0.1", hardware);
            wire = fabric.port("peer", 0x020000000009L);
            toe = Toe.open(host, new ContextSize(16, RING_BYTES, RING_BYTES, 64));
            socket = toe.bind(US, null);
            poll();
            byte[] reply = FrameBuilder.arpReply(Endpoint.of("02:00:00:00:00:09", "10.0.0.9", 0),
                Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 0));
            send(ByteBuffer.allocate(1)); // asks for the neighbour
            poll();
            answer(reply);
            poll();
            listen();
            heard.clear();
        }

        private void answer(byte[] frame) {
            TransmitBatch batch = wire.newTransmitBatch();
            MemorySegment memory = MemorySegment.ofArray(frame);
            MemorySegment.copy(memory, 0, batch.headers, batch.headerOffset(0), frame.length);
            batch.add(frame.length);
            wire.transmit(batch);
        }

        void poll() {
            toe.flush();
            host.path.poll(clock.nowNs());
            toe.poll(0);
        }

        void send(ByteBuffer message) {
            try {
                assertThat(socket.send(message, PEER)).isTrue();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            poll();
        }

        void listen() {
            FrameBatch batch = new FrameBatch(64);
            wire.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                byte[] frame = Frames.copy(batch, i);
                heard.add(new String(frame, 42, frame.length - 42, StandardCharsets.US_ASCII));
            }
        }

        List<String> fillTheRingTwice() {
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 2 * RING_BYTES / 1000; i++) {
                sent.add(String.format("%04d ", i).repeat(200));
                send(ByteBuffer.wrap(sent.getLast().getBytes(StandardCharsets.US_ASCII)));
            }
            return sent;
        }
    }

    @Test
    void theApplicationMayOverwriteWhatWaits() {
        World world = new World();
        world.hardware.isOpen = false;
        List<String> sent = world.fillTheRingTwice();
        world.listen();
        assertThat(world.heard).isEmpty();
        world.hardware.isOpen = true;
        world.poll();
        world.listen();
        assertThat(world.heard).isEqualTo(sent);
    }

    @Test
    void theContextMayGo() {
        World world = new World();
        world.hardware.isOpen = false;
        List<String> sent = world.fillTheRingTwice();
        world.toe.close();
        world.host.lastOpened.region.close();
        world.hardware.isOpen = true;
        world.poll();
        world.listen();
        assertThat(world.heard).isEqualTo(sent);
    }

    @Test
    void itemsThatAreNotThereAreCountedAndComeBack() {
        World world = new World(new HoldingBackend(8));
        world.hardware.isOpen = false;
        List<String> sent = world.fillTheRingTwice();
        world.hardware.isOpen = true;
        world.poll();
        world.listen();
        assertThat(world.heard).as("what an application has sent finds an item").isEqualTo(sent);
        assertThat(world.host.path.loaded().transports().getFirst().named()).hasEntrySatisfying("items refused",
            refused -> assertThat(refused).isPositive());
        assertThat(world.host.path.quiesce(world.clock.nowNs())).isTrue();
    }

    @Test
    void quiescingSendsAll() {
        World world = new World();
        world.hardware.isOpen = false;
        List<String> sent = world.fillTheRingTwice();
        assertThat(world.host.path.quiesce(world.clock.nowNs())).isTrue();
        world.listen();
        assertThat(world.heard).isEqualTo(sent);
    }
}
