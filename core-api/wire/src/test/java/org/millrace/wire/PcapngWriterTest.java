package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapngWriterTest {
    private static final String ARP_FRAME = "ffffffffffff 02000000000a 0806 0001080006040001 02000000000a 0a000001"
            + "000000000000 0a000002 00";
    private static final long TIME_NS = 1_700_000_000_123_456_789L;

    @Test
    void blocksAreWrittenAsSpecified() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] large = new byte[9_001];
        Arrays.fill(large, (byte) 0x5a);
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(out))) {
            writer.write(TIME_NS, Hex.segment("ee" + ARP_FRAME), 1, 43);
            writer.write(TIME_NS + 1, MemorySegment.ofArray(large), 0, large.length);
        }
        ByteBuffer file = ByteBuffer.wrap(out.toByteArray());

        ByteBuffer section = block(file, 0x0a0d0d0a);
        assertThat(section.getInt()).isEqualTo(0x1a2b3c4d);
        assertThat(section.getShort()).isEqualTo((short) 1);
        assertThat(section.getShort()).isZero();
        assertThat(section.getLong()).isEqualTo(-1);
        ByteBuffer description = block(file, 1);
        assertThat(description.getShort()).isEqualTo((short) 1); // Ethernet
        assertThat(description.getShort()).isZero();
        assertThat(description.getInt()).isZero();
        assertThat(description.getLong()).isEqualTo(0x0009_0001_0900_0000L); // if_tsresol = 10^-9
        assertThat(description.getInt()).isZero();
        assertPacket(block(file, 6), TIME_NS, Hex.bytes(ARP_FRAME));
        assertPacket(block(file, 6), TIME_NS + 1, large);
        assertThat(file.hasRemaining()).isFalse();
    }

    @Test
    void interfaceNameSnapLengthAndDirectionAreTold() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(out), "eth10", 20)) {
            writer.write(TIME_NS, PcapngWriter.Direction.INBOUND, Hex.segment(ARP_FRAME), 0, 20, 43);
            writer.write(TIME_NS, PcapngWriter.Direction.OUTBOUND, Hex.segment(ARP_FRAME), 0, 20, 43);
        }
        ByteBuffer file = ByteBuffer.wrap(out.toByteArray());
        block(file, 0x0a0d0d0a);
        ByteBuffer description = block(file, 1);
        assertThat(description.getInt(4)).isEqualTo(20);
        assertThat(description.getInt(8)).isEqualTo(0x0002_0005); // if_name
        byte[] name = new byte[5];
        description.get(12, name);
        assertThat(new String(name, StandardCharsets.UTF_8)).isEqualTo("eth10");
        assertThat(description.getLong(20)).isEqualTo(0x0009_0001_0900_0000L); // if_tsresol
        for (int direction = 1; direction <= 2; direction++) {
            ByteBuffer packet = block(file, 6);
            assertThat(packet.getInt(12)).isEqualTo(20);
            assertThat(packet.getInt(16)).isEqualTo(43);
            assertThat(packet.getInt(40)).isEqualTo(0x0002_0004); // epb_flags
            assertThat(packet.getInt(44)).isEqualTo(direction);
            assertThat(packet.getInt(48)).isZero();
        }
        assertThat(file.hasRemaining()).isFalse();
    }

    @Test
    void tsharkReadsIt(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("arp.pcapng");
        try (PcapngWriter writer = new PcapngWriter(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            writer.write(TIME_NS, Hex.segment(ARP_FRAME), 0, 43);
        }
        assumeTrue(onPath("tshark"), "tshark is not installed");

        Process tshark = new ProcessBuilder("tshark", "-r", file.toString(), "-T", "fields", "-e", "frame.time_epoch",
                "-e", "frame.len", "-e", "arp.dst.proto_ipv4").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String fields = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(tshark.waitFor()).isZero();
        assertThat(fields).matches("(1700000000\\.123456789|2023-11-14T22:13:20\\.123456789Z)\t43\t10\\.0\\.0\\.2");
    }

    private static ByteBuffer block(ByteBuffer file, int type) {
        int start = file.position();
        assertThat(file.getInt()).isEqualTo(type);
        int length = file.getInt();
        assertThat(length % 4).isZero();
        assertThat(file.getInt(start + length - 4)).isEqualTo(length);
        ByteBuffer body = file.slice(start + 8, length - 12);
        file.position(start + length);
        return body;
    }

    private static void assertPacket(ByteBuffer body, long timestampNs, byte[] frame) {
        assertThat(body.getInt()).isZero();
        assertThat(body.getLong()).isEqualTo(timestampNs);
        assertThat(body.getInt()).isEqualTo(frame.length);
        assertThat(body.getInt()).isEqualTo(frame.length);
        byte[] captured = new byte[frame.length];
        body.get(captured);
        assertThat(captured).isEqualTo(frame);
        assertThat(body.remaining()).isLessThan(4);
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
