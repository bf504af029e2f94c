package org.millrace.homa.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.testkit.homa.HomaPacket.Kind;
import org.millrace.testkit.homa.HomaPacket;

/** The codec beside packets of a Linux peer, and beside the decoder of the testkit. */
class HomaCodecTest {
    private static final int MOST = 1_000_000;
    private static final String COMMON = "0fa09c4000000000000000%s5006000014ebb97d0000034405f137d1";
    private static final long ID = 0x0000034405f137d1L;

    private final HomaCodec codec = new HomaCodec(MOST);
    private final MemorySegment memory = Arena.ofAuto().allocate(2048);

    private HomaMeta meta() {
        HomaMeta meta = new HomaMeta();
        ViewCursor.move(meta, new int[Layout.of(HomaMeta.class).words()], 0);
        return meta;
    }

    private long parse(byte[] packet, HomaMeta meta) {
        MemorySegment.copy(packet, 0, memory, ValueLayout.JAVA_BYTE, 34, packet.length);
        return codec.parse(memory, 0, 34, packet.length, true, meta);
    }

    private byte[] write(HomaMeta meta) {
        memory.fill((byte) 0x5a);
        int length = codec.write(meta, memory, 7);
        return memory.asSlice(7, length).toArray(ValueLayout.JAVA_BYTE);
    }

    /** Packets of HomaModule on Linux: what follows is from the reference of the format. */
    @ParameterizedTest
    @CsvSource({"NEED_ACK, 17, ''", "GRANT, 11, 0000ea6000", "RESEND, 12, 00009c4000004e2007",
        "CUTOFFS, 15, 00000000000000000000000000000000000f424000003a9800000af0000000c80001"})
    void packetsOfLinuxAreReadByBothDecodersAndWrittenAlike(Kind kind, String type, String body) {
        byte[] golden = HexFormat.of().parseHex(COMMON.formatted(type) + body);
        HomaPacket decoded = HomaPacket.decode(golden);
        assertThat(decoded.kind()).isEqualTo(kind);
        assertThat(decoded.senderId()).isEqualTo(ID);
        assertThat(decoded.sourcePort()).isEqualTo(4000);
        assertThat(decoded.destinationPort()).isEqualTo(40_000);
        byte[] withoutChecksum = golden.clone();
        Arrays.fill(withoutChecksum, 16, 18, (byte) 0);
        assertThat(decoded.encode()).isEqualTo(withoutChecksum);
        HomaMeta meta = meta();
        long verdict = parse(golden, meta);
        assertThat(meta.idHigh() & 0xffff_ffffL).isEqualTo(ID >>> 32);
        assertThat(meta.idLow() & 0xffff_ffffL).isEqualTo(ID & 0xffff_ffffL);
        assertThat(meta.peerPort()).isEqualTo(4000);
        assertThat(meta.localPort()).isEqualTo(40_000);
        if (kind == Kind.CUTOFFS) {
            assertThat(verdict).isEqualTo(Verdict.control(HomaCodec.TO_CONTROL));
        } else {
            assertThat(verdict).isEqualTo(Verdict.NEXT);
            meta.localPort(4000);
            meta.peerPort(40_000);
            assertThat(write(meta)).isEqualTo(withoutChecksum);
        }
    }

    @Test
    void fieldsOfTheBodyAreRead() {
        HomaMeta grant = meta();
        parse(HexFormat.of().parseHex(COMMON.formatted("11") + "0000ea6000"), grant);
        assertThat(grant.offset()).isEqualTo(60_000);
        HomaMeta resend = meta();
        parse(HexFormat.of().parseHex(COMMON.formatted("12") + "00009c4000004e2007"), resend);
        assertThat(resend.offset()).isEqualTo(40_000);
        assertThat(resend.range()).isEqualTo(20_000);
        assertThat(resend.priority()).isEqualTo(7);
    }

    @Test
    void dataIsTheSameBothWays() {
        for (boolean again : new boolean[] {false, true}) {
            HomaPacket packet = new HomaPacket(40_000, 99, Kind.DATA, 1234,
                new HomaPacket.Data(5000, 1424, 4000, new HomaPacket.Ack(1232, 98), 1, again, new byte[100]));
            HomaMeta meta = meta();
            assertThat(parse(packet.encode(), meta)).isEqualTo(Verdict.NEXT);
            assertThat(meta.messageLength()).isEqualTo(5000);
            assertThat(meta.offset()).isEqualTo(1424);
            assertThat(meta.incoming()).isEqualTo(4000);
            assertThat(meta.ackIdLow(0)).isEqualTo(1232);
            assertThat(meta.ackPort(0)).isEqualTo(98);
            assertThat(meta.payloadLength()).isEqualTo(100);
            assertThat(meta.payloadOffset()).isEqualTo(34 + 56);
            meta.localPort(40_000);
            meta.peerPort(99);
            assertThat(write(meta)).isEqualTo(Arrays.copyOf(packet.encode(), 56));
        }
    }

    @Test
    void offsetIsTheSegmentSUnlessThatIsInTheSequence() {
        byte[] packet = new HomaPacket(40_000, 99, Kind.DATA, 2,
            new HomaPacket.Data(5000, 2848, 5000, null, 0, true, new byte[10])).encode();
        packet[7] = 55; // a sequence that does not count
        HomaMeta meta = meta();
        parse(packet, meta);
        assertThat(meta.offset()).isEqualTo(2848);
    }

    @Test
    void acknowledgementsAreTheSameBothWays() {
        HomaPacket packet = new HomaPacket(40_000, 99, Kind.ACK, 20,
            new HomaPacket.Acks(List.of(new HomaPacket.Ack(2, 99), new HomaPacket.Ack(-4, 98), new HomaPacket.Ack(6, 97))));
        HomaMeta meta = meta();
        assertThat(parse(packet.encode(), meta)).isEqualTo(Verdict.NEXT);
        assertThat(meta.ackCount()).isEqualTo(3);
        meta.localPort(40_000);
        meta.peerPort(99);
        assertThat(write(meta)).isEqualTo(packet.encode());
    }

    /** Every field of every declared header lies where the testkit's decoder reads it: set one bit, and see what changes. */
    @Test
    void declaredHeadersHaveTheLengthsAndNoGaps() {
        int[] lengths = {56, 33, 37, 28, 28, 62, 28, 28, 80};
        for (int type = HomaFormats.DATA; type <= HomaFormats.ACK; type++) {
            HeaderFormat format = HomaFormats.of(type);
            assertThat(format.bytes()).as(format.name()).isEqualTo(lengths[type - HomaFormats.DATA]);
            int bit = 0;
            for (HeaderFormat.Field field : format.fields()) {
                assertThat(field.bit()).isEqualTo(bit);
                bit += field.bits();
            }
            assertThat(bit).isEqualTo(8 * format.bytes());
        }
        assertThat(HomaFormats.of(0x19)).isNull();
    }

    @Test
    void whatNoMessageCanHaveIsDropped() {
        long bad = Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
        int[][] cases = {{0, 0, 10}, {-1, 0, 10}, {MOST + 1, 0, 10}, {100, 95, 10}, {100, -1, 10}, {5, 0, 10}, {100, 0, 0},
            {Integer.MAX_VALUE, Integer.MAX_VALUE, 10}};
        for (int[] each : cases) {
            byte[] packet = new HomaPacket(1, 2, Kind.DATA, 2,
                new HomaPacket.Data(each[0], each[1], 0, null, 0, true, new byte[each[2]])).encode();
            assertThat(parse(packet, meta())).as(Arrays.toString(each)).isEqualTo(bad);
        }
        byte[] acks = new HomaPacket(1, 2, Kind.ACK, 2, new HomaPacket.Acks(List.of())).encode();
        acks[29] = 6;
        assertThat(parse(acks, meta())).isEqualTo(bad);
    }

    @Test
    void anyBytesAreAnswered() {
        long seed = 20261130;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] packet = new byte[random.nextInt(120)];
            random.nextBytes(packet);
            if (packet.length > 11) {
                packet[11] = (byte) (0x0f + random.nextInt(11));
            }
            HomaMeta meta = meta();
            if (parse(packet, meta) == Verdict.NEXT) {
                taken++;
                assertThat(packet.length).isGreaterThanOrEqualTo(28);
                assertThat(meta.ackCount()).isBetween(0, 5);
                if (meta.type() == HomaFormats.DATA) {
                    assertThat(meta.offset() + meta.payloadLength()).isBetween(1, meta.messageLength());
                }
            }
        }
        assertThat(taken).isPositive();
    }
}
