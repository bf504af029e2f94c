package org.millrace.tcp.control;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;

/** A segment for tests: built field by field, or read from the wire and printed whole. */
public final class TestSegment {
    private static final String[] FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    int sourcePort;
    int destinationPort;
    public int seq;
    public int ack;
    public int flags;
    public int window = 65_535;
    byte[] options = new byte[0];
    public byte[] payload = new byte[0];

    public TestSegment(int sourcePort, int destinationPort) {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
    }

    public TestSegment seq(int v) {
        seq = v;
        return this;
    }

    public TestSegment ack(int v) {
        ack = v;
        flags |= TcpHeader.ACK;
        return this;
    }

    public TestSegment flags(int v) {
        flags |= v;
        return this;
    }

    public TestSegment window(int v) {
        window = v;
        return this;
    }

    public TestSegment payload(int bytes) {
        payload = new byte[bytes];
        return this;
    }

    public TestSegment mss(int v) {
        return option(2, 4, v >> 8, v);
    }

    public TestSegment scale(int v) {
        return option(1, 3, 3, v);
    }

    public TestSegment timestamps(int value, int echo) {
        return option(1, 1, 8, 10, value >> 24, value >> 16, value >> 8, value, echo >> 24, echo >> 16, echo >> 8,
                echo);
    }

    public TestSegment option(int... bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(options);
        for (int b : bytes) {
            out.write(b);
        }
        options = out.toByteArray();
        return this;
    }

    /** {@return the bytes, checksum included} */
    public byte[] bytes(int source, int destination) {
        int header = TcpHeader.MIN_LENGTH + (options.length + 3) / 4 * 4;
        byte[] bytes = new byte[header + payload.length];
        System.arraycopy(options, 0, bytes, TcpHeader.MIN_LENGTH, options.length);
        System.arraycopy(payload, 0, bytes, header, payload.length);
        new TcpHeader().wrap(MemorySegment.ofArray(bytes), 0).ports(sourcePort, destinationPort).sequence(seq)
                .acknowledgment(ack).dataOffset(header).flags(flags).window(window)
                .writeChecksum(source, destination, bytes.length);
        return bytes;
    }

    /** {@return a segment in one line, every field of it; fails if its checksum is wrong} */
    public static String print(byte[] bytes, int source, int destination) {
        MemorySegment memory = MemorySegment.ofArray(bytes);
        TcpHeader tcp = new TcpHeader().wrap(memory, 0);
        if (!tcp.checksumValid(source, destination, bytes.length)) {
            throw new AssertionError("checksum");
        }
        List<String> flags = new ArrayList<>();
        for (int i = 0; i < FLAGS.length; i++) {
            if (tcp.has(1 << i)) {
                flags.add(FLAGS[i]);
            }
        }
        StringJoiner line = new StringJoiner(" ").add(tcp.sourcePort() + ">" + tcp.destinationPort())
                .add(String.join(",", flags)).add("seq=" + tcp.sequence()).add("ack=" + tcp.acknowledgment())
                .add("win=" + tcp.window());
        TcpOptions options = new TcpOptions();
        if (!options.decode(memory, TcpHeader.OPTIONS, tcp.dataOffset() - TcpHeader.MIN_LENGTH)) {
            throw new AssertionError("options");
        }
        if (options.mss() >= 0) {
            line.add("mss=" + options.mss());
        }
        if (options.windowScale() >= 0) {
            line.add("ws=" + options.windowScale());
        }
        if (options.sackPermitted()) {
            line.add("sack");
        }
        if (options.hasTimestamps()) {
            line.add("ts=" + options.tsValue() + "/" + options.tsEcho());
        }
        return line.toString();
    }
}
