package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.TcpHeader;

/** Makes hostile frames for a connection: from somebody who sees its sequence numbers, or from one who guesses. */
final class SegmentMutator {
    /** How many kinds {@link #frame} makes. */
    static final int KINDS = 20;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int TCP = IP + Ipv4Header.MIN_LENGTH;
    private static final int[] NEAR = {-1 << 20, -70_000, -1461, -2, -1, 0, 0, 0, 1, 2, 100, 1460, 4095, 4096, 16_383,
        16_384, 16_385, 65_535, 65_536, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE};
    private static final int[] FLAGS = {TcpHeader.ACK, TcpHeader.RST, TcpHeader.RST | TcpHeader.ACK, TcpHeader.SYN,
        TcpHeader.SYN | TcpHeader.ACK, TcpHeader.FIN | TcpHeader.ACK, TcpHeader.FIN, 0, TcpHeader.SYN | TcpHeader.FIN,
        TcpHeader.SYN | TcpHeader.RST, 0xff, TcpHeader.ACK | TcpHeader.PSH, TcpHeader.ACK | TcpHeader.ECE,
        TcpHeader.ACK | TcpHeader.CWR};
    private static final int[] FORBIDDEN_SOURCES = {0, -1, 0x7f00_0001, 0xe000_0001, 0x0a00_00ff, 0xf000_0001};

    private final RandomGenerator random;
    private final boolean blind;
    private final ScriptedPeer peer;
    /** Segment size of the frame made last if it is a super-frame, else 0. */
    int segmentSize;

    /**
     * @param random of everything
     * @param blind  whether it guesses sequence numbers, and timestamps with them
     * @param peer   whom it pretends to be
     */
    SegmentMutator(RandomGenerator random, boolean blind, ScriptedPeer peer) {
        this.random = random;
        this.blind = blind;
        this.peer = peer;
    }

    /** {@return a hostile frame; every kind comes up} */
    byte[] frame() {
        return frame(random.nextInt(KINDS));
    }

    private byte[] frame(int kind) {
        segmentSize = 0;
        return switch (kind) {
            case 0 -> segment().build();
            case 1 -> truncated(segment().build());
            case 2 -> flipped(segment().build(), IP, false);
            case 3 -> flipped(segment().build(), TCP, true);
            case 4 -> segment().rawOptions(options()).build();
            case 5 -> totalLength(segment().build());
            case 6 -> dataOffset(segment().build());
            case 7 -> segment().flags(TcpHeader.ACK).payload(junk(1 + random.nextInt(1460))).build();
            case 8 -> segment().payload(new byte[0]).build();
            case 9 -> segment().flags(TcpHeader.ACK).payload(new byte[0]).ack(peer.ack + near()).build();
            case 10 -> base().timestamps(peer.tsValue + near(), random.nextInt()).payload(junk(10)).build();
            case 11 -> urgent(segment().build());
            case 12 -> tagged(segment().build());
            case 13 -> fragment(segment().build());
            case 14 -> superFrame();
            case 15 -> withIpOptions(segment().build());
            case 16 -> segment().from(new Endpoint(peer.own.mac(), pick(FORBIDDEN_SOURCES), peer.own.port())).build();
            case 17 -> segment().from(new Endpoint(peer.own.mac(), peer.other.address(), peer.other.port())).build();
            case 18 -> icmp();
            default -> noise();
        };
    }

    private int pick(int[] values) {
        return values[random.nextInt(values.length)];
    }

    private int near() {
        return pick(NEAR);
    }

    private byte[] junk(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A segment of the connection with numbers of the attacker's choice and no options. */
    private FrameBuilder base() {
        int seq = blind ? random.nextInt() : peer.seq + near();
        int ack = blind || random.nextInt(4) == 0 ? random.nextInt() : peer.ack + (random.nextBoolean() ? 0 : near());
        return FrameBuilder.tcp().from(peer.own).to(peer.other).seq(seq).ack(ack).flags(pick(FLAGS))
            .window(random.nextInt(0x10000)).ecn(random.nextInt(4));
    }

    private FrameBuilder segment() {
        FrameBuilder builder = base().payload(junk(random.nextInt(3) == 0 ? random.nextInt(1461) : random.nextInt(4)));
        if (random.nextInt(4) != 0 && peer.timestamps) {
            builder.timestamps(blind ? random.nextInt() : peer.tsValue + random.nextInt(2), random.nextInt());
        }
        return builder;
    }

    private byte[] truncated(byte[] frame) {
        return Arrays.copyOf(frame, random.nextInt(frame.length));
    }

    private byte[] flipped(byte[] frame, int from, boolean fix) {
        int end = fix ? Math.min(frame.length, TCP + 60) : frame.length;
        for (int i = random.nextInt(4); i >= 0; i--) {
            frame[from + random.nextInt(end - from)] ^= (byte) (1 << random.nextInt(8));
        }
        if (fix) {
            if (blind) { // no luckier than another guess
                System.arraycopy(junk(8), 0, frame, TCP + TcpHeader.SEQUENCE, 8);
            }
            fix(frame);
        }
        return frame;
    }

    private int[] options() {
        int[] options = new int[random.nextInt(28) / 4 * 4];
        for (int i = 0; i < options.length; i++) {
            options[i] = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(10);
        }
        return options;
    }

    private byte[] totalLength(byte[] frame) {
        new Ipv4Header().wrap(MemorySegment.ofArray(frame), IP).totalLength(random.nextBoolean()
            ? random.nextInt(0x10000) : random.nextInt(80)).writeChecksum();
        return frame;
    }

    private byte[] dataOffset(byte[] frame) {
        frame[TCP + TcpHeader.DATA_OFFSET] = (byte) (random.nextInt(16) << 4);
        fix(frame);
        return frame;
    }

    private byte[] urgent(byte[] frame) {
        frame[TCP + TcpHeader.FLAGS] = (byte) (TcpHeader.URG | TcpHeader.ACK);
        frame[TCP + TcpHeader.URGENT] = (byte) random.nextInt();
        fix(frame);
        return frame;
    }

    private byte[] tagged(byte[] frame) {
        byte[] tagged = new byte[frame.length + 4];
        System.arraycopy(frame, 0, tagged, 0, 12);
        tagged[12] = (byte) 0x81;
        tagged[15] = (byte) (random.nextBoolean() ? 0 : random.nextInt(256));
        System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
        return tagged;
    }

    private byte[] fragment(byte[] frame) {
        new Ipv4Header().wrap(MemorySegment.ofArray(frame), IP)
            .fragment(random.nextInt(8), random.nextInt(3) == 0 ? 0 : random.nextInt(0x2000) & ~7).writeChecksum();
        return frame;
    }

    private byte[] superFrame() {
        segmentSize = 1 + random.nextInt(3000);
        return base().flags(TcpHeader.ACK).payload(junk(1461 + random.nextInt(62_000))).build();
    }

    private byte[] withIpOptions(byte[] frame) {
        int bytes = 4 * (1 + random.nextInt(10));
        byte[] longer = new byte[frame.length + bytes];
        System.arraycopy(frame, 0, longer, 0, TCP);
        System.arraycopy(junk(bytes), 0, longer, TCP, bytes);
        System.arraycopy(frame, TCP, longer, TCP + bytes, frame.length - TCP);
        longer[IP] = (byte) (0x45 + bytes / 4);
        new Ipv4Header().wrap(MemorySegment.ofArray(longer), IP).totalLength(longer.length - IP).writeChecksum();
        return longer;
    }

    /** An error about a segment that the host has sent, or may have sent. */
    private byte[] icmp() {
        byte[] about = FrameBuilder.tcp().from(peer.other).to(peer.own)
            .seq(blind ? random.nextInt() : peer.ack + near()).build();
        int code = random.nextInt(16);
        return FrameBuilder.unreachable(code, code == IcmpHeader.FRAGMENTATION_NEEDED ? random.nextInt(2000) : 0, about)
            .build();
    }

    private byte[] noise() {
        byte[] frame = junk(random.nextInt(200));
        byte[] real = segment().build();
        System.arraycopy(real, 0, frame, 0, Math.min(frame.length, random.nextInt(TCP)));
        return frame;
    }

    private static void fix(byte[] frame) {
        MemorySegment memory = MemorySegment.ofArray(frame);
        Ipv4Header ip = new Ipv4Header().wrap(memory, IP);
        new TcpHeader().wrap(memory, TCP).writeChecksum(ip.source(), ip.destination(), frame.length - TCP);
    }
}
