package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Poller;
import org.millrace.memory.frame.Bell;
import org.millrace.memory.frame.FrameReader;
import org.millrace.memory.frame.FrameRing;
import org.millrace.memory.frame.FrameWriter;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MemoryPortTest {
    private static final Map<String, String> SMALL = Map.of("ring-bytes", "262144");
    private static final long SECOND_NS = 1_000_000_000L;

    /** A frame as it was sent. */
    private record Sent(byte[] bytes, int segmentSize, int flags) {
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyFrameThatWasTakenArrivesOnceInOrderAndUnchanged(long seed) {
        Random random = new Random(seed);
        MemoryPort[] ends = MemoryPort.pair(SMALL);
        try (Port a = ends[0]; Port b = ends[1]) {
            Queue<Sent> model = new ArrayDeque<>();
            TransmitBatch out = a.newTransmitBatch();
            FrameBatch in = new FrameBatch(16);
            MemorySegment payload = Frames.payload(random, 65_000);
            long taken = 0;
            long refused = 0;
            for (int step = 0; step < 4000; step++) {
                boolean filling = step / 200 % 2 == 0;
                if (random.nextInt(8) < (filling ? 7 : 1)) {
                    Sent sent = add(out, random, payload);
                    if (a.transmit(out) == 1) {
                        model.add(sent);
                        taken++;
                    } else {
                        refused++;
                        long waiting = model.stream().mapToLong(s -> s.bytes.length).sum();
                        assertThat(waiting).as("refused a frame with room for it, step " + step + " seed " + seed)
                                .isGreaterThan(262_144 - 4 * 66_000);
                    }
                } else {
                    drain(b, in, model, "step " + step + " seed " + seed);
                }
            }
            while (!model.isEmpty()) {
                drain(b, in, model, "end, seed " + seed);
            }
            assertThat(b.receive(in)).isZero();
            assertThat(a.counters().transmittedFrames()).isEqualTo(taken).isEqualTo(b.counters().receivedFrames());
            assertThat(a.counters().transmittedBytes()).isEqualTo(b.counters().receivedBytes());
            assertThat(a.counters().transmitDropped()).isEqualTo(refused).isPositive();
            assertThat(b.counters().receivedDropped()).isZero();
        }
    }

    private static Sent add(TransmitBatch out, Random random, MemorySegment payload) {
        int length = random.nextInt(4) == 0 ? random.nextInt(65_000) : random.nextInt(1500);
        int cut = random.nextInt(length + 1);
        byte[] bytes = Frames.add(out, random, 14 + random.nextInt(120), payload, cut, length);
        if (length > 1500) {
            out.offload(34, 16, 1448);
            return new Sent(bytes, 1448, FrameBatch.CHECKSUM_VALID);
        }
        return new Sent(bytes, 0, 0);
    }

    private static void drain(Port port, FrameBatch in, Queue<Sent> model, String where) {
        int count = port.receive(in);
        assertThat(count).as(where).isEqualTo(Math.min(in.capacity(), model.size()));
        for (int i = 0; i < count; i++) {
            Sent sent = model.remove();
            assertThat(Frames.bytes(in, i)).as(where).isEqualTo(sent.bytes);
            assertThat(in.segmentSize[i]).as(where).isEqualTo(sent.segmentSize);
            assertThat(in.flags[i]).as(where).isEqualTo(sent.flags);
        }
    }

    @Test
    void framesStayUntilTheNextReceive() {
        Random random = new Random(4);
        MemoryPort[] ends = MemoryPort.pair(SMALL);
        try (Port a = ends[0]; Port b = ends[1]) {
            TransmitBatch out = a.newTransmitBatch();
            FrameBatch in = new FrameBatch(1);
            MemorySegment payload = Frames.payload(random, 60_000);
            byte[] first = Frames.add(out, random, 54, payload, 100, 60_000);
            a.transmit(out);
            assertThat(b.receive(in)).isEqualTo(1);
            int taken = 0;
            for (int i = 0; i < 10; i++) {
                Frames.add(out, random, 54, payload, 100, 60_000);
                taken += a.transmit(out);
            }
            assertThat(taken).isEqualTo(3);
            assertThat(a.counters().transmitDropped()).isEqualTo(7);
            assertThat(Frames.bytes(in, 0)).isEqualTo(first);
            assertThat(b.receive(in)).isEqualTo(1);
            Frames.add(out, random, 54, payload, 100, 60_000);
            assertThat(a.transmit(out)).as("the first frame's room is free again").isEqualTo(1);
        }
    }

    @Test
    void bellRingsOnceForASleeperAndNeverForOthers() {
        Random random = new Random(5);
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        try (Port a = ends[0]; Port b = ends[1]) {
            TransmitBatch out = a.newTransmitBatch();
            FrameBatch in = new FrameBatch(64);
            Poller sleep = new Poller(b.descriptor());
            send(a, out, random);
            assertThat(sleep.poll(0)).as("nobody asked for a bell").isZero();

            b.sleeping(true);
            assertThat(b.receive(in)).as("the last look finds it").isEqualTo(1);
            b.sleeping(false);
            send(a, out, random);
            assertThat(sleep.poll(0)).as("awake again").isZero();
            assertThat(b.receive(in)).isEqualTo(1);

            b.sleeping(true);
            assertThat(b.receive(in)).isZero();
            assertThat(sleep.poll(0)).isZero();
            send(a, out, random);
            assertThat(sleep.poll(-1)).isEqualTo(1);
            send(a, out, random);
            b.sleeping(false);
            assertThat(sleep.poll(0)).as("one bell, silenced").isZero();
            assertThat(b.receive(in)).isEqualTo(2);
        }
    }

    /** A bell that rings only when told, as if the writer had been stopped between taking the word and ringing. */
    private static final class LateBell implements Bell {
        private boolean rings;
        private boolean readable;

        @Override
        public void ring() {
            rings = true;
        }

        @Override
        public boolean silence() {
            boolean was = readable;
            readable = false;
            return was;
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public void close() {
        }
    }

    @Test
    void bellThatComesLateIsSilencedLater() {
        Random random = new Random(6);
        TransmitBatch out = new TransmitBatch(1, MemorySegment.ofArray(new byte[TransmitBatch.HEADER_BYTES]), 0,
                TransmitBatch.HEADER_BYTES);
        LateBell bell = new LateBell();
        MemoryWire wire = MemoryWire.inProcess(1 << 18);
        FrameReader reader = new FrameReader(wire.region.segment(), 0, 1 << 18, bell, FrameBatch.CHECKSUM_VALID);
        FrameWriter writer = new FrameWriter(wire.region.segment(), 0, 1 << 18, 2000, bell);
        reader.beforeSleep();
        Frames.add(out, random, 54, Frames.payload(random, 10), 0, 10);
        writer.write(out);
        assertThat(bell.rings).isTrue();
        assertThat(reader.read(new FrameBatch(4))).as("the last look").isEqualTo(1);
        reader.afterSleep();
        bell.readable = true;
        reader.beforeSleep();
        reader.afterSleep();
        assertThat(bell.readable).as("else the thread would never sleep again").isFalse();
        close(wire);
    }

    private static void close(MemoryWire wire) {
        wire.closeEnd();
        wire.closeEnd();
    }

    @Test
    void sleepersNeverMissAFrame() throws Exception {
        int rounds = 3000;
        MemoryPort[] ends = MemoryPort.pair(SMALL);
        try (Port a = ends[0]; Port b = ends[1]) {
            FutureTask<Void> echo = new FutureTask<>(() -> {
                pingPong(b, rounds, false);
                return null;
            });
            Thread.ofPlatform().daemon().start(echo);
            pingPong(a, rounds, true);
            echo.get();
            assertThat(a.counters().receivedFrames()).isEqualTo(rounds);
        }
    }

    /** Sends a frame for each received, {@code rounds} times, asleep between. */
    private static void pingPong(Port port, int rounds, boolean begins) {
        Random random = new Random(7);
        TransmitBatch out = port.newTransmitBatch();
        FrameBatch in = new FrameBatch(4);
        Poller poller = new Poller(port.descriptor());
        if (begins) {
            send(port, out, random);
        }
        for (int received = 0; received < rounds;) {
            port.sleeping(true);
            if (port.receive(in) == 0) {
                assertThat(poller.poll(10 * SECOND_NS)).as("a lost wake-up").isEqualTo(1);
            }
            port.sleeping(false);
            for (int i = 0; i < in.count(); i++) {
                if (++received < rounds || !begins) {
                    send(port, out, random);
                }
            }
        }
    }

    private static void send(Port port, TransmitBatch out, Random random) {
        Frames.add(out, random, 54, Frames.payload(random, 10), 5, 10);
        assertThat(port.transmit(out)).isEqualTo(1);
    }

    @Test
    void frameLongerThanTheWireTakesIsDropped() {
        Random random = new Random(8);
        MemoryPort[] ends = MemoryPort.pair(Map.of("super-frames", "false", "mtu", "1400"));
        try (Port a = ends[0]; Port b = ends[1]) {
            assertThat(a.info().maxFrameBytes()).isEqualTo(1414);
            assertThat(a.info().segmentation()).isFalse();
            assertThat(b.info().checksumTrusted()).isTrue();
            TransmitBatch out = a.newTransmitBatch();
            MemorySegment payload = Frames.payload(random, 2000);
            Frames.add(out, random, 54, payload, 0, 1500);
            Frames.add(out, random, 54, payload, 0, 1360);
            assertThat(a.transmit(out)).isEqualTo(1);
            assertThat(a.counters().transmitDropped()).isEqualTo(1);
        }
    }

    @Test
    void completeChecksumsAreNeitherLeftNorTrusted() {
        MemoryPort[] ends = MemoryPort.pair(Map.of("checksums", "complete"));
        try (Port a = ends[0]; Port b = ends[1]) {
            assertThat(a.info().checksumOffload() || a.info().segmentation() || b.info().checksumTrusted()).isFalse();
            assertThat(a.info().macAddress()).isNotEqualTo(b.info().macAddress());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0x7fff_ffffL, 100_000, 3, 0x8000_0000_7fff_fff0L, 65_600})
    void badRecordEndsReadingAndIsCounted(long header) {
        MemoryWire wire = MemoryWire.inProcess(1 << 18);
        MemorySegment memory = wire.region.segment();
        FrameReader reader = new FrameReader(memory, 0, 1 << 18, wire.bellB, FrameBatch.CHECKSUM_VALID);
        memory.set(FrameRing.LONG, FrameRing.DATA, header);
        memory.set(FrameRing.LONG, FrameRing.TAIL, 70_000);
        FrameBatch in = new FrameBatch(4);
        assertThat(reader.read(in)).isZero();
        assertThat(reader.read(in)).isZero();
        assertThat(reader.errors()).isEqualTo(1);
        close(wire);
    }

    @ParameterizedTest
    @ValueSource(longs = {-8, (1 << 18) + 8, Long.MIN_VALUE, Long.MAX_VALUE})
    void badTailEndsReadingAndIsCounted(long tail) {
        MemoryWire wire = MemoryWire.inProcess(1 << 18);
        wire.region.segment().set(FrameRing.LONG, FrameRing.TAIL, tail);
        FrameReader reader = new FrameReader(wire.region.segment(), 0, 1 << 18, wire.bellB, FrameBatch.CHECKSUM_VALID);
        assertThat(reader.read(new FrameBatch(4))).isZero();
        assertThat(reader.errors()).isEqualTo(1);
        close(wire);
    }

    @Test
    void randomBytesInTheRingNeverMakeAFrameOutsideIt() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            MemoryWire wire = MemoryWire.inProcess(1 << 18);
            MemorySegment memory = wire.region.segment();
            byte[] noise = new byte[4096];
            random.nextBytes(noise);
            for (int i = 0; i < noise.length; i += 8) {
                noise[i + 2] = noise[i + 3] = 0; // plausible lengths
            }
            MemorySegment.copy(MemorySegment.ofArray(noise), 0, memory, FrameRing.DATA, noise.length);
            memory.set(FrameRing.LONG, FrameRing.TAIL, random.nextInt(1 << 18));
            memory.set(FrameRing.LONG, FrameRing.HEAD, random.nextInt(64) * (seed % 2 == 0 ? 8 : 1));
            FrameReader reader = new FrameReader(memory, 0, 1 << 18, wire.bellB, FrameBatch.CHECKSUM_VALID);
            FrameBatch in = new FrameBatch(8);
            while (reader.read(in) != 0) {
                for (int i = 0; i < in.count(); i++) {
                    assertThat(in.offset[i]).as("seed " + seed).isBetween((long) FrameRing.DATA,
                            FrameRing.sizeBytes(1 << 18) - in.length[i]);
                }
            }
            close(wire);
        }
    }

    @Test
    void oneEndClosedLeavesTheOtherUsable() {
        Random random = new Random(9);
        MemoryPort[] ends = MemoryPort.pair(SMALL);
        ends[1].close();
        ends[1].close();
        TransmitBatch out = ends[0].newTransmitBatch();
        send(ends[0], out, random);
        assertThat(ends[0].receive(new FrameBatch(1))).isZero();
        ends[0].close();
        assertThatThrownBy(() -> ends[0].receive(new FrameBatch(1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> MemoryPort.pair(Map.of("ring-bytes", "300000")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("power of two");
        assertThatThrownBy(() -> MemoryPort.pair(Map.of("path", "/tmp")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no such option");
    }
}
