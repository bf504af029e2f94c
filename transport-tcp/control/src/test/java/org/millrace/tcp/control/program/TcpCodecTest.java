package org.millrace.tcp.control.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.wire.TcpHeader.ACK;
import static org.millrace.wire.TcpHeader.PSH;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.tcp.control.FakeHost;
import org.millrace.tcp.control.TestSegment;
import org.millrace.wire.TcpHeader;

class TcpCodecTest {
    private static final int HEADER_OFFSET = 34;

    private final TcpCodec<TcpMeta> codec = new TcpCodec<>(0);
    private final TcpMeta meta = meta();

    private static TcpMeta meta() {
        TcpMeta meta = new TcpMeta();
        ViewCursor.move(meta, new int[Layout.of(TcpMeta.class).words()], 0);
        meta.localAddress(FakeHost.LOCAL);
        meta.peerAddress(FakeHost.PEER);
        return meta;
    }

    private long parse(byte[] segment, boolean checksumValid) {
        byte[] frame = new byte[7 + HEADER_OFFSET + segment.length];
        System.arraycopy(segment, 0, frame, 7 + HEADER_OFFSET, segment.length);
        return codec.parse(MemorySegment.ofArray(frame), 7, HEADER_OFFSET, segment.length, checksumValid, meta);
    }

    private static TestSegment data() {
        return new TestSegment(4000, 80).seq(-5).ack(77).flags(PSH).window(40_000).payload(11);
    }

    private static byte[] bytes(TestSegment segment) {
        return segment.bytes(FakeHost.PEER, FakeHost.LOCAL);
    }

    @Test
    void fillsTheMetadata() {
        assertThat(parse(bytes(data().timestamps(1234, -9)), false)).isEqualTo(Verdict.NEXT);
        assertThat(meta.peerPort()).isEqualTo(4000);
        assertThat(meta.localPort()).isEqualTo(80);
        assertThat(meta.seq()).isEqualTo(-5);
        assertThat(meta.ack()).isEqualTo(77);
        assertThat(meta.flags()).isEqualTo(ACK | PSH);
        assertThat(meta.window()).isEqualTo(40_000);
        assertThat(meta.payloadOffset()).isEqualTo(HEADER_OFFSET + 32);
        assertThat(meta.payloadLength()).isEqualTo(11);
        assertThat(meta.hasTimestamps()).isEqualTo(1);
        assertThat(meta.tsValue()).isEqualTo(1234);
        assertThat(meta.tsEcho()).isEqualTo(-9);
    }

    @Test
    void segmentWithoutOptionsHasNoTimestamps() {
        meta.hasTimestamps(1);
        assertThat(parse(bytes(data()), false)).isEqualTo(Verdict.NEXT);
        assertThat(meta.hasTimestamps()).isZero();
        assertThat(meta.payloadOffset()).isEqualTo(HEADER_OFFSET + 20);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] good = bytes(data().timestamps(1, 2));
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Verdict.action(parse(bad, false))).as("bit %d", bit).isEqualTo(Verdict.DROP);
        }
    }

    @Test
    void checksumIsNotLookedAtIfKnownGood() {
        byte[] bytes = bytes(data());
        bytes[TcpHeader.CHECKSUM] ^= 1;
        assertThat(parse(bytes, false)).isEqualTo(Verdict.drop(DropReason.BAD_CHECKSUM.code()));
        assertThat(parse(bytes, true)).isEqualTo(Verdict.NEXT);
    }

    @Test
    void malformedOptionIsPassedOver() { // RFC 9293 MUST-7
        for (int[] malformed : new int[][] {{8, 0}, {99, 1}, {1, 1, 1, 5}, {8, 6, 1, 2, 3, 4}}) {
            assertThat(parse(bytes(data().option(malformed)), false)).isEqualTo(Verdict.NEXT);
            assertThat(meta.hasTimestamps()).isZero();
        }
    }

    @Test
    void shortHeaderIsRefused() {
        byte[] bytes = bytes(data());
        bytes[TcpHeader.DATA_OFFSET] = 0x40;
        assertThat(parse(bytes, true)).isEqualTo(Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code()));
        assertThat(parse(new byte[19], true)).isEqualTo(Verdict.drop(DropReason.TRUNCATED.code()));
    }

    @Test
    void anyBytesGetAnAnswer() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(90)];
            random.nextBytes(bytes);
            long action = Verdict.action(parse(bytes, random.nextBoolean()));
            assertThat(action == Verdict.NEXT || action == Verdict.DROP).as("seed %d, round %d", seed, i).isTrue();
        }
    }

    @Test
    void writesWhatItReads() {
        meta.localPort(80);
        meta.peerPort(4000);
        meta.seq(9);
        meta.ack(10);
        meta.flags(ACK);
        meta.window(512);
        meta.hasTimestamps(1);
        meta.tsValue(3);
        meta.tsEcho(4);
        meta.mss(1448);
        byte[] out = new byte[40];
        out[4 + TcpHeader.CHECKSUM] = 55;
        int length = codec.write(meta, MemorySegment.ofArray(out), 4);
        assertThat(length).isEqualTo(32);
        assertThat(codec.checksumOffset()).isEqualTo(TcpHeader.CHECKSUM);
        assertThat(codec.segmentSize(meta)).isEqualTo(1448);
        TcpHeader tcp = new TcpHeader().wrap(MemorySegment.ofArray(out), 4);
        assertThat(tcp.checksum()).isZero();
        tcp.writeChecksum(FakeHost.LOCAL, FakeHost.PEER, length);
        byte[] segment = Arrays.copyOfRange(out, 4, 36);
        assertThat(TestSegment.print(segment, FakeHost.LOCAL, FakeHost.PEER))
                .isEqualTo("80>4000 ACK seq=9 ack=10 win=512 ts=3/4");
    }

    @Test
    void writesNoOptionsWithoutTimestamps() {
        assertThat(codec.write(meta, MemorySegment.ofArray(new byte[20]), 0)).isEqualTo(20);
    }

    @Test
    void headerThatIsWrittenAgainWhileItIsReadIsNeverLongerThanItsSegment() throws InterruptedException {
        byte[] segment = bytes(new TestSegment(4000, 80).seq(1).ack(2).payload(0));
        byte[] frame = new byte[HEADER_OFFSET + segment.length];
        System.arraycopy(segment, 0, frame, HEADER_OFFSET, segment.length);
        int dataOffset = HEADER_OFFSET + 12;
        AtomicBoolean stop = new AtomicBoolean();
        Thread peer = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                frame[dataOffset] = (byte) 0xf0;
                frame[dataOffset] = 0x50;
            }
        });
        try {
            for (int i = 0; i < 300_000; i++) {
                if (codec.parse(MemorySegment.ofArray(frame), 0, HEADER_OFFSET, segment.length, true, meta) == Verdict.NEXT) {
                    assertThat(meta.payloadLength()).isNotNegative();
                }
            }
        } finally {
            stop.set(true);
            peer.join();
        }
    }

    /** The declared fields of a written header. */
    private static long field(byte[] header, HeaderFormat format, String name) {
        HeaderFormat.Field field = format.fields().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
        long value = 0;
        for (int bit = field.bit(); bit < field.bit() + field.bits(); bit++) {
            value = value << 1 | header[bit >> 3] >> 7 - (bit & 7) & 1;
        }
        return value;
    }

    @Test
    void writesTheDeclaredHeader() {
        meta.localPort(0xfedc);
        meta.peerPort(0x1234);
        meta.seq(-2);
        meta.ack(0x89abcdef);
        meta.flags(0xa5);
        meta.window(0xbeef);
        meta.hasTimestamps(1);
        byte[] header = new byte[60];
        Arrays.fill(header, (byte) -1);
        assertThat(codec.write(meta, MemorySegment.ofArray(header), 0)).isEqualTo(32);
        HeaderFormat format = codec.format();
        assertThat(field(header, format, "sourcePort")).isEqualTo(0xfedc);
        assertThat(field(header, format, "destinationPort")).isEqualTo(0x1234);
        assertThat(field(header, format, "sequence")).isEqualTo(0xfffffffeL);
        assertThat(field(header, format, "acknowledgment")).isEqualTo(0x89abcdefL);
        assertThat(field(header, format, format.lengthField()) * 4).isEqualTo(32);
        assertThat(field(header, format, "flags")).isEqualTo(0xa5);
        assertThat(field(header, format, "window")).isEqualTo(0xbeef);
        assertThat(field(header, format, "reserved") + field(header, format, "checksum")
            + field(header, format, "urgentPointer")).isZero();
    }

    private static final int AT = 4;

    /** An acknowledgement of 1000 behind one of 900, both with a window of 512 and timestamps; the earlier echoes 4. */
    private byte[] acknowledged() {
        byte[] out = new byte[80];
        meta.localPort(80);
        meta.peerPort(4000);
        meta.seq(9);
        meta.ack(900);
        meta.flags(ACK);
        meta.window(512);
        meta.hasTimestamps(1);
        meta.tsValue(3);
        meta.tsEcho(4);
        codec.write(meta, MemorySegment.ofArray(out), AT);
        meta.ack(1000);
        meta.tsEcho(7);
        return out;
    }

    private boolean gives(byte[] earlier) {
        return codec.replaces(meta, MemorySegment.ofArray(earlier), AT);
    }

    @Test
    void aBareAcknowledgementGivesWayToOneOfMoreWhichEchoesItsTimestamp() {
        assertThat(gives(acknowledged())).isTrue();
        assertThat(meta.tsEcho()).as("RFC 7323 §4.2").isEqualTo(4);
        assertThat(new TcpCodec<>(5).mostReplaced()).isEqualTo(5);
    }

    @Test
    void whatSaysSomethingElseDoesNotGiveWay() {
        record Case(String what, Consumer<TcpMeta> change) {
        }
        for (Case c : List.of(new Case("a duplicate", m -> m.ack(900)), new Case("one that goes back", m -> m.ack(899)),
            new Case("another port", m -> m.peerPort(4001)), new Case("another sequence number", m -> m.seq(10)),
            new Case("ECE", m -> m.flags(ACK | TcpHeader.ECE)), new Case("FIN", m -> m.flags(ACK | TcpHeader.FIN)),
            new Case("a closed window", m -> m.window(0)), new Case("no timestamps", m -> m.hasTimestamps(0)),
            new Case("a SACK block", m -> {
                m.sackStart(1500);
                m.sackEnd(1600);
            }))) {
            byte[] earlier = acknowledged();
            c.change.accept(meta);
            assertThat(gives(earlier)).as(c.what).isFalse();
            meta.sackEnd(meta.sackStart());
        }
    }

    @Test
    void anEarlierOneThatSaysSomethingElseDoesNotGiveWay() {
        byte[] closed = acknowledged();
        closed[AT + TcpHeader.WINDOW] = 0;
        closed[AT + TcpHeader.WINDOW + 1] = 0;
        assertThat(gives(closed)).as("a window of 0").isFalse();
        byte[] sack = acknowledged();
        sack[AT + TcpHeader.DATA_OFFSET] += 0x30;
        assertThat(gives(sack)).as("with SACK blocks").isFalse();
        meta.flags(ACK | TcpHeader.ECE);
        byte[] marked = acknowledged();
        meta.flags(ACK | TcpHeader.ECE);
        marked[AT + TcpHeader.DATA_OFFSET + 1] |= TcpHeader.ECE;
        assertThat(gives(marked)).as("both with ECE").isTrue();
    }

    /** What a machine makes of the declarations alone is what the codec does. */
    @Test
    void parsesWhatItDeclares() {
        byte[] header = new byte[32];
        new java.util.Random(1).nextBytes(header);
        header[12] = (byte) (8 << 4);
        byte[] timestamps = {1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8};
        System.arraycopy(timestamps, 0, header, 20, timestamps.length);
        assertThat(codec.parse(MemorySegment.ofArray(header), 0, 0, header.length, true, meta)).isEqualTo(Verdict.NEXT);
        int[] words = new int[Layout.of(meta.getClass()).words()];
        ViewCursor.move(meta, words, 0);
        codec.parse(MemorySegment.ofArray(header), 0, 0, header.length, true, meta);
        codec.carried().forEach((declared, field) -> {
            if (!declared.startsWith("sack")) {
                Layout.Field f = Layout.of(meta.getClass()).fields().stream().filter(l -> l.name().equals(field)).findFirst().orElseThrow();
                long held = words[f.offset() >> 2] >>> ((f.offset() & 3) << 3) & (f.bits() == 32 ? 0xffff_ffffL : (1L << f.bits()) - 1);
                long expected = switch (declared) {
                    case "timestamps" -> 1;
                    case "timestamps.value" -> 0x01020304;
                    case "timestamps.echo" -> 0x05060708;
                    default -> field(header, codec.format(), declared);
                };
                assertThat(held & 0xffff_ffffL).as(declared).isEqualTo(expected);
            }
        });
    }
}
