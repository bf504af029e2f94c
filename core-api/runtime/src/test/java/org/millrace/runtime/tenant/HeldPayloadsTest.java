package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;
import org.millrace.runtime.path.HoldingBackend;
import org.millrace.runtime.path.TestHost;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ManualClock;
import org.millrace.testkit.SimulatedFabric;
import org.millrace.testkit.SimulatedLink;
import org.millrace.testkit.SimulatedPort;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** Frames that wait in a machine leave with the payload that they had when they entered. */
class HeldPayloadsTest {
    private static final InetSocketAddress US = new InetSocketAddress("10.0.0.1", 5000);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.9", 7);
    private static final int RING_BYTES = 16384;

    private final HostTransfer transfer = new HostTransfer(null, null, null, null);
    private final HeldPayloads held = new HeldPayloads(transfer);
    private final MemorySegment ring = MemorySegment.ofArray(new byte[64]);

    private int hold(int firstOffset, int firstLength, int secondLength) {
        transfer.region = ring;
        transfer.firstOffset = firstOffset;
        transfer.firstLength = firstLength;
        transfer.secondOffset = 0;
        transfer.secondLength = secondLength;
        return held.hold();
    }

    private String resume(int number) {
        held.resume(number);
        byte[] bytes = new byte[transfer.firstLength + transfer.secondLength];
        MemorySegment to = MemorySegment.ofArray(bytes);
        MemorySegment.copy(transfer.region, transfer.firstOffset, to, 0, transfer.firstLength);
        MemorySegment.copy(transfer.region, transfer.secondOffset, to, transfer.firstLength, transfer.secondLength);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private void write(String text) {
        MemorySegment.copy(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)), 0, ring, 0, text.length());
    }

    @Test
    void aSegmentWithoutPayloadHasNone() {
        assertThat(held.hold()).isZero();
        transfer.firstLength = 5; // of another item
        held.resume(0);
        assertThat(transfer.firstLength).isZero();
    }

    @Test
    void withinARoundNothingIsCopied() {
        int number = hold(10, 20, 0);
        assertThat(transfer.firstLength).as("the next item has none").isZero();
        held.resume(number);
        assertThat(transfer.region).isSameAs(ring);
        assertThat(transfer.firstOffset).isEqualTo(10);
        assertThat(transfer.firstLength).isEqualTo(20);
        held.keep();
    }

    @Test
    void whatWaitsLongerIsKeptAsItWas() {
        write("0123456789");
        int whole = hold(2, 4, 0);
        int wrapped = hold(7, 3, 2);
        held.keep();
        write("overwritten");
        int later = hold(0, 4, 0);
        held.keep();
        write("again......");
        assertThat(resume(wrapped)).isEqualTo("78901");
        assertThat(resume(whole)).isEqualTo("2345");
        assertThat(resume(later)).isEqualTo("over");
    }

    @Test
    void manyAreHeldAndNumbersAreUsedAgain() {
        List<Integer> numbers = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1000; i++) {
                write(String.format("%04d", i));
                numbers.add(hold(0, 4, 0));
                held.keep();
            }
            assertThat(numbers).doesNotHaveDuplicates().allMatch(n -> n > 0 && n <= 1000);
            for (int i = 0; i < 1000; i++) {
                assertThat(resume(numbers.get(i))).isEqualTo(String.format("%04d", i));
            }
            numbers.clear();
        }
    }

    /** Messages of an application on a machine whose queue does not move, sent until its ring has come round. */
    private static final class World {
        final HoldingBackend hardware = new HoldingBackend();
        final ManualClock clock = new ManualClock();
        final SimulatedFabric fabric = new SimulatedFabric(clock, new SimulatedLink(0, 1500, false));
        final TestHost host = new TestHost(fabric.port("us", 0x020000000001L), "10.0.0.1", hardware);
        final SimulatedPort wire = fabric.port("peer", 0x020000000009L);
        final Toe toe = Toe.open(host, new ContextSize(16, RING_BYTES, RING_BYTES, 64));
        final MessageSocket socket = toe.bind(US, null);
        final List<String> heard = new ArrayList<>();

        World() {
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
    void quiescingSendsAll() {
        World world = new World();
        world.hardware.isOpen = false;
        List<String> sent = world.fillTheRingTwice();
        assertThat(world.host.path.quiesce(world.clock.nowNs())).isTrue();
        world.listen();
        assertThat(world.heard).isEqualTo(sent);
    }
}
