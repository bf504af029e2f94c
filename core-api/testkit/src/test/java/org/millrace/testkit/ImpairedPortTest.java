package org.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.sim.port.SimulatedPort;
import org.millrace.testkit.Impairment.Side;
import org.millrace.wire.Checksum;

class ImpairedPortTest {
    private static final long SEED = 7;
    private static final int FRAMES = 4000;
    private static final Endpoint A = Endpoint.of("02:00:00:00:00:0a", "10.0.0.10", 4000);
    private static final Endpoint B = Endpoint.of("02:00:00:00:00:0b", "10.0.0.11", 80);

    private final ManualClock clock = new ManualClock();
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(0, 1500, true));
    private final SimulatedPort a = fabric.port("a", A.mac());
    private final SimulatedPort b = fabric.port("b", B.mac());
    private final FrameBatch batch = new FrameBatch(16);

    private static byte[] frame(int number) {
        return FrameBuilder.udp().from(A).to(B).payload(ByteBuffer.allocate(64).putInt(number).array()).build();
    }

    private static void send(Port port, byte[] frame) {
        TransmitBatch out = port.newTransmitBatch();
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, out.headers, out.headerOffset(0), 42);
        out.add(42);
        out.span(MemorySegment.ofArray(frame), 42, 10);
        out.span(MemorySegment.ofArray(frame), 52, frame.length - 52);
        assertThat(port.transmit(out)).isEqualTo(1);
        assertThat(out.count()).isZero();
    }

    private List<byte[]> drain(Port port, int polls) {
        List<byte[]> frames = new ArrayList<>();
        for (int n = 0; n < polls; n++) {
            port.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                frames.add(Frames.copy(batch, i));
            }
        }
        return frames;
    }

    private static int number(byte[] frame) {
        return ByteBuffer.wrap(frame).getInt(42);
    }

    /** Sends numbered frames from a to b over a bad wire and answers what arrives. */
    private List<byte[]> run(Impairment impairment) {
        System.out.println("ImpairedPortTest " + impairment);
        boolean receives = impairment.receives();
        Port sender = receives ? a : ImpairedPort.wrap(a, impairment);
        Port receiver = receives ? ImpairedPort.wrap(b, impairment) : b;
        List<byte[]> arrived = new ArrayList<>();
        for (int n = 0; n < FRAMES; n++) {
            send(sender, frame(n));
            if (n % 7 == 0) {
                arrived.addAll(drain(receiver, 1));
            }
        }
        for (int n = 0; n < 70; n++) {
            drain(sender, 1);
            arrived.addAll(drain(receiver, 5));
        }
        sender.close();
        return arrived;
    }

    private static Impairment only(String what, Side side) {
        return Impairment.parse(what + ",seed=" + SEED + ",side=" + side.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void aGoodWireChangesNothing() {
        List<byte[]> arrived = run(Impairment.NONE);
        assertThat(arrived).hasSize(FRAMES);
        for (int n = 0; n < FRAMES; n++) {
            assertThat(arrived.get(n)).isEqualTo(frame(n));
        }
    }

    @Test
    void lossLosesAboutAsManyAsAsked() {
        for (Side side : new Side[] {Side.RECEIVE, Side.TRANSMIT}) {
            List<byte[]> arrived = run(only("loss=0.1", side));
            assertThat(arrived.size()).isBetween((int) (FRAMES * 0.87), (int) (FRAMES * 0.93));
            assertThat(arrived).extracting(ImpairedPortTest::number).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void duplicatesComeTwiceInOrder() {
        for (Side side : new Side[] {Side.RECEIVE, Side.TRANSMIT}) {
            List<byte[]> arrived = run(only("duplicate=0.1", side));
            assertThat(arrived.size()).isBetween((int) (FRAMES * 1.07), (int) (FRAMES * 1.13));
            assertThat(arrived).extracting(ImpairedPortTest::number).isSorted();
            assertThat(arrived.stream().map(ImpairedPortTest::number).distinct()).hasSize(FRAMES);
        }
    }

    @Test
    void reorderingKeepsEveryFrameWholeAndNear() {
        for (Side side : new Side[] {Side.RECEIVE, Side.TRANSMIT}) {
            List<byte[]> arrived = run(only("reorder=0.05", side));
            assertThat(arrived).hasSize(FRAMES);
            int displaced = 0;
            for (int i = 0; i < FRAMES; i++) {
                int number = number(arrived.get(i));
                assertThat(arrived.get(i)).isEqualTo(frame(number));
                assertThat(Math.abs(number - i)).isLessThanOrEqualTo(4 * Impairment.MAX_DISPLACEMENT);
                displaced += number == i ? 0 : 1;
            }
            assertThat(displaced).isGreaterThan(FRAMES / 20);
            assertThat(arrived.stream().map(ImpairedPortTest::number).distinct()).hasSize(FRAMES);
        }
    }

    @Test
    void oneFlippedBitIsAlwaysFoundByAChecksum() {
        for (Side side : new Side[] {Side.RECEIVE, Side.TRANSMIT}) {
            List<byte[]> arrived = run(only("corrupt=0.1", side));
            assertThat(arrived).hasSize(FRAMES);
            int corrupted = 0;
            for (int i = 0; i < FRAMES; i++) {
                ParsedFrame parsed = ParsedFrame.of(arrived.get(i));
                boolean valid = parsed.fault().isEmpty() && parsed.ipChecksumValid() && parsed.transportChecksumValid();
                assertThat(valid).isEqualTo(Arrays.equals(arrived.get(i), frame(i)));
                corrupted += valid ? 0 : 1;
            }
            assertThat(corrupted).isBetween(FRAMES * 7 / 100, FRAMES * 13 / 100);
        }
    }

    @Test
    void theSameSeedImpairsAlikeAndAnotherDoesNot() {
        String all = "loss=0.05,reorder=0.05,duplicate=0.05,corrupt=0.05,seed=";
        List<byte[]> first = run(Impairment.parse(all + 3));
        List<byte[]> again = run(Impairment.parse(all + 3));
        List<byte[]> other = run(Impairment.parse(all + 4));
        assertThat(again).usingElementComparator(java.util.Arrays::compare).containsExactlyElementsOf(first);
        assertThat(other.stream().map(ImpairedPortTest::number).toList())
            .isNotEqualTo(first.stream().map(ImpairedPortTest::number).toList());
    }

    @Test
    void aHeldFrameComesAfterABoundedNumberOfPolls() {
        ImpairedPort port = ImpairedPort.wrap(b, Impairment.parse("reorder=1"));
        send(a, frame(1));
        assertThat(drain(port, 1)).isEmpty();
        assertThat(port.held()).isEqualTo(1);
        assertThat(drain(port, HoldQueue.MAX_POLLS)).hasSize(1);
        assertThat(port.received().reordered()).isEqualTo(1);
        port.close();
    }

    @Test
    void aHeldFrameComesAtItsDeadline() {
        ImpairedPort port = ImpairedPort.wrap(b, Impairment.parse("reorder=1"), clock, 1000);
        send(a, frame(1));
        assertThat(drain(port, 1000)).isEmpty();
        clock.advance(1000);
        assertThat(drain(port, 1)).hasSize(1);
        port.close();
    }

    @Test
    void anOwnerAboutToSleepIsGivenEverything() {
        ImpairedPort port = ImpairedPort.wrap(b, Impairment.parse("reorder=1,side=both"));
        send(a, frame(1));
        assertThat(drain(port, 1)).isEmpty();
        send(port, FrameBuilder.udp().from(B).to(A).payload(new byte[64]).build());
        assertThat(drain(a, 1)).isEmpty();
        port.sleeping(true);
        assertThat(drain(port, 1)).hasSize(1);
        assertThat(drain(a, 1)).hasSize(1);
        port.close();
    }

    @Test
    void corruptionOfAFrameWhoseSumIsLeftToThePortIsNotSummedOver() {
        ImpairedPort port = ImpairedPort.wrap(a, Impairment.parse("corrupt=1,side=transmit"));
        byte[] frame = frame(1);
        TransmitBatch out = port.newTransmitBatch();
        long pseudo = Checksum.pseudoHeader(A.address(), B.address(), 17, frame.length - 34);
        ByteBuffer.wrap(frame).putShort(40, (short) Checksum.fold(pseudo));
        MemorySegment.copy(MemorySegment.ofArray(frame), 0, out.headers, out.headerOffset(0), 42);
        out.add(42);
        out.span(MemorySegment.ofArray(frame), 42, frame.length - 42);
        out.offload(34, 6, 0);
        port.transmit(out);
        ParsedFrame arrived = ParsedFrame.of(drain(b, 1).getFirst());
        assertThat(arrived.fault().isEmpty() && arrived.ipChecksumValid() && arrived.transportChecksumValid()).isFalse();
        port.close();
    }

    @Test
    void impairmentsSayWhatIsAllowed() {
        assertThat(Impairment.parse("loss=0.01, reorder=0.02,duplicate=0.03,seed=7"))
            .isEqualTo(new Impairment(7, 0.01, 0.02, 0.03, 0, Side.RECEIVE));
        assertThat(Impairment.parse("")).isEqualTo(Impairment.NONE);
        Impairment all = new Impairment(-3, 0.1, 0.2, 0.3, 0.4, Side.BOTH);
        assertThat(Impairment.parse(all.toString())).isEqualTo(all);
        assertThatThrownBy(() -> Impairment.parse("loss=2")).hasMessage("loss is 2.0, allowed is 0 to 1");
        assertThatThrownBy(() -> Impairment.parse("loss=NaN")).hasMessage("loss is NaN, allowed is 0 to 1");
        assertThatThrownBy(() -> Impairment.parse("reorder=x")).hasMessage("reorder is \"x\", allowed is 0 to 1");
        assertThatThrownBy(() -> Impairment.parse("jitter=1")).hasMessageContaining("jitter")
            .hasMessageContaining("allowed is seed, loss, reorder, duplicate, corrupt, side");
        assertThatThrownBy(() -> Impairment.parse("seed=1.5")).hasMessageContaining("seed is \"1.5\"");
        assertThatThrownBy(() -> Impairment.parse("side=left")).hasMessageContaining("receive, transmit, both");
    }
}
