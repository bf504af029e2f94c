package org.millrace.testkit.homa;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A Homa packet taken apart: what follows the IP header, all big-endian.
 *
 * @param sourcePort      sender's port
 * @param destinationPort receiver's
 * @param kind            its type by name
 * @param senderId        the RPC's id as the sender sees it
 * @param body            what its type says
 */
public record HomaPacket(int sourcePort, int destinationPort, Kind kind, long senderId, Body body) {
    private static final int DATA_HEADER = 56;

    /** The types, in the order of their codes from 0x10 on. */
    public enum Kind {
        /** 0x10. */
        DATA,
        /** 0x11. */
        GRANT,
        /** 0x12. */
        RESEND,
        /** 0x13. */
        RPC_UNKNOWN,
        /** 0x14. */
        BUSY,
        /** 0x15. */
        CUTOFFS,
        /** 0x16. */
        FREEZE,
        /** 0x17. */
        NEED_ACK,
        /** 0x18. */
        ACK
    }

    /** What a type says beside the common header. */
    public sealed interface Body {
    }

    /** Nothing. */
    public record Empty() implements Body {
    }

    /**
     * DATA.
     *
     * @param messageLength of the message
     * @param offset        of the first byte
     * @param incoming      up to where the sender goes on by itself
     * @param ack           an acknowledged RPC, or null
     * @param cutoffVersion of the cut-offs it went by
     * @param retransmit    whether it answers a RESEND
     * @param payload       the bytes
     */
    public record Data(int messageLength, int offset, int incoming, Ack ack, int cutoffVersion, boolean retransmit,
                       byte[] payload) implements Body {
    }

    /**
     * GRANT.
     *
     * @param offset   up to where
     * @param priority at which
     */
    public record Grant(int offset, int priority) implements Body {
    }

    /**
     * RESEND.
     *
     * @param offset   from where
     * @param length   how much, -1: all that was sent
     * @param priority at which
     */
    public record Resend(int offset, int length, int priority) implements Body {
    }

    /**
     * CUTOFFS.
     *
     * @param cutoffs by priority
     * @param version theirs
     */
    public record Cutoffs(List<Integer> cutoffs, int version) implements Body {
    }

    /**
     * ACK.
     *
     * @param acks RPCs beside the header's
     */
    public record Acks(List<Ack> acks) implements Body {
    }

    /**
     * An acknowledged RPC.
     *
     * @param clientId   its id at the client
     * @param serverPort the server's port
     */
    public record Ack(long clientId, int serverPort) {
    }

    /**
     * Takes a packet apart.
     *
     * @param packet what follows the IP header
     * @return the packet
     * @throws IllegalArgumentException if it is none, saying why
     */
    public static HomaPacket decode(byte[] packet) {
        if (packet.length < 28) {
            throw new IllegalArgumentException(packet.length + " bytes, the common header has 28");
        }
        ByteBuffer in = ByteBuffer.wrap(packet);
        int code = (packet[11] & 0xff) - 0x10;
        if (code < 0 || code >= Kind.values().length) {
            throw new IllegalArgumentException("type " + HexFormat.of().toHexDigits(packet[11]) + ", known are 10 to 18");
        }
        Kind kind = Kind.values()[code];
        int needed = switch (kind) {
            case DATA -> DATA_HEADER;
            case GRANT -> 33;
            case RESEND -> 37;
            case CUTOFFS -> 62;
            case ACK -> 80;
            default -> 28;
        };
        if (packet.length < needed) {
            throw new IllegalArgumentException(kind + " of " + packet.length + " bytes, it has " + needed);
        }
        return new HomaPacket(in.getShort(0) & 0xffff, in.getShort(2) & 0xffff, kind, in.getLong(20), body(kind, in));
    }

    private static Body body(Kind kind, ByteBuffer in) {
        return switch (kind) {
            case DATA -> data(in);
            case GRANT -> new Grant(in.getInt(28), in.get(32));
            case RESEND -> new Resend(in.getInt(28), in.getInt(32), in.get(36));
            case CUTOFFS -> {
                List<Integer> cutoffs = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    cutoffs.add(in.getInt(28 + 4 * i));
                }
                yield new Cutoffs(cutoffs, in.getShort(60) & 0xffff);
            }
            case ACK -> {
                List<Ack> acks = new ArrayList<>();
                for (int i = 0; i < Math.min(5, in.getShort(28) & 0xffff); i++) {
                    acks.add(new Ack(in.getLong(30 + 10 * i), in.getShort(38 + 10 * i) & 0xffff));
                }
                yield new Acks(acks);
            }
            default -> new Empty();
        };
    }

    private static Data data(ByteBuffer in) {
        int segment = in.getInt(52);
        long acked = in.getLong(36);
        return new Data(in.getInt(28), segment == -1 ? in.getInt(4) : segment, in.getInt(32),
            acked == 0 ? null : new Ack(acked, in.getShort(44) & 0xffff), in.getShort(46) & 0xffff, in.get(48) != 0,
            Arrays.copyOfRange(in.array(), DATA_HEADER, in.array().length));
    }

    /** {@return its bytes, as they follow an IP header} */
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(1 << 16);
        out.putShort((short) sourcePort).putShort((short) destinationPort);
        out.putInt(body instanceof Data data ? data.offset : 0);
        out.putInt(0x10 + kind.ordinal()); // three bytes of 0, the type
        out.put((byte) (kind == Kind.DATA ? 14 << 4 : 5 << 4)).put((byte) 6).putShort((short) 0);
        out.putShort((short) 0).putShort((short) 0xb97d);
        out.putLong(senderId);
        switch (body) {
            case Empty none -> {
                // that was all
            }
            case Data data -> encode(data, out);
            case Grant grant -> out.putInt(grant.offset).put((byte) grant.priority);
            case Resend resend -> out.putInt(resend.offset).putInt(resend.length).put((byte) resend.priority);
            case Cutoffs cutoffs -> {
                cutoffs.cutoffs.forEach(out::putInt);
                out.putShort((short) cutoffs.version);
            }
            case Acks acks -> {
                out.putShort((short) acks.acks.size());
                acks.acks.forEach(ack -> out.putLong(ack.clientId).putShort((short) ack.serverPort));
                out.position(80);
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void encode(Data data, ByteBuffer out) {
        out.putInt(data.messageLength).putInt(data.incoming);
        out.putLong(data.ack == null ? 0 : data.ack.clientId).putShort((short) (data.ack == null ? 0 : data.ack.serverPort));
        out.putShort((short) data.cutoffVersion).put((byte) (data.retransmit ? 1 : 0));
        out.put(new byte[3]).putInt(data.retransmit ? data.offset : -1);
        out.put(data.payload);
    }
}
