package org.millrace.homa.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.HeaderFormat.Field;

/**
 * The packets of Homa as its authors' Linux implementation speaks it, declared: big-endian, packed, IP protocol
 * {@value #PROTOCOL}. All begin with the same {@value #COMMON_BYTES} bytes, which keep the places of TCP's ports, data
 * offset, flags, checksum and urgent pointer.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |            Sequence: offset of the first byte of DATA         |
 * +-----------------------------------------------+---------------+
 * |                       0                       |     Type      |
 * +-------+-------+---------------+---------------+---------------+
 * | words |   0   |   Flags: 6    |               0               |
 * +-------+-------+---------------+-------------------------------+
 * |      Checksum, not used       |       Urgent: 0xb97d          |
 * +-------------------------------+-------------------------------+
 * |   Id of the RPC as its sender sees it: even if the sender is  |
 * |   the client. The receiver's is this one with its last bit    |
 * |   changed                                                     |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class HomaFormats {
    /** IP protocol number. */
    public static final int PROTOCOL = 146;
    /** Length of what all packets begin with, bytes. */
    public static final int COMMON_BYTES = 28;
    /** Length of DATA before its payload, bytes. */
    public static final int DATA_BYTES = 56;

    /** Type: a piece of a message. */
    public static final int DATA = 0x10;
    /** Type: the receiver lets the sender go on up to an offset, at a priority. */
    public static final int GRANT = 0x11;
    /** Type: the receiver asks for a range again. */
    public static final int RESEND = 0x12;
    /** Type: there is no such RPC here. */
    public static final int RPC_UNKNOWN = 0x13;
    /** Type: the RPC is known, there is nothing to send for it now. */
    public static final int BUSY = 0x14;
    /** Type: which priorities a sender is to use for the unscheduled bytes of messages by their length. */
    public static final int CUTOFFS = 0x15;
    /** Type: for debugging of another implementation. */
    public static final int FREEZE = 0x16;
    /** Type: the server asks whether the client has the response. */
    public static final int NEED_ACK = 0x17;
    /** Type: the client has the responses. */
    public static final int ACK = 0x18;

    /** Offset of the sequence. */
    static final int SEQUENCE = 4;
    /** Offset of the word that ends with the type. */
    static final int TYPE_WORD = 8;
    /** Offset of header length, flags and window. */
    static final int FLAGS_WORD = 12;
    /** Offset of checksum and urgent pointer. */
    static final int URGENT_WORD = 16;
    /** Offset of the sender's id. */
    static final int ID = 20;
    /** Flags: SYN and RST, with the urgent pointer the mark by which TCP cannot be meant. */
    static final int FLAGS = 6;
    /** Urgent pointer. */
    static final int URGENT = 0xb97d;
    /** Segment offset of a packet that has it in its sequence. */
    static final int IN_SEQUENCE = -1;
    /** Most RPCs that one ACK names beside its own. */
    public static final int MOST_ACKS = 5;
    /** Length of what names an RPC in an ACK or DATA, bytes. */
    static final int ACK_ENTRY = 10;
    /** Number of priorities, and of cut-offs. */
    public static final int PRIORITIES = 8;

    /** What all packets begin with. */
    public static final HeaderFormat COMMON = format("homa");

    private static final Map<Integer, HeaderFormat> BY_TYPE = new TreeMap<>(Map.of(
        DATA, format("data", "messageLength 32", "incoming 32", "ackIdHigh 32", "ackIdLow 32", "ackPort 16",
            "cutoffVersion 16", "retransmit 8", "pad 24", "offset 32"),
        GRANT, format("grant", "offset 32", "priority 8"),
        RESEND, format("resend", "offset 32", "length 32", "priority 8"),
        RPC_UNKNOWN, format("rpcUnknown"),
        BUSY, format("busy"),
        CUTOFFS, format("cutoffs", "cutoff0 32", "cutoff1 32", "cutoff2 32", "cutoff3 32", "cutoff4 32", "cutoff5 32",
            "cutoff6 32", "cutoff7 32", "cutoffVersion 16"),
        FREEZE, format("freeze"),
        NEED_ACK, format("needAck"),
        ACK, format("ack", "count 16", "id0High 32", "id0Low 32", "port0 16", "id1High 32", "id1Low 32", "port1 16",
            "id2High 32", "id2Low 32", "port2 16", "id3High 32", "id3Low 32", "port3 16", "id4High 32", "id4Low 32", "port4 16")));

    private HomaFormats() {
    }

    /**
     * {@return the format of a type's packets, or null if there is no such type}
     *
     * @param type {@link #DATA} to {@link #ACK}
     */
    public static HeaderFormat of(int type) {
        return BY_TYPE.get(type);
    }

    private static HeaderFormat format(String name, String... fields) {
        List<Field> placed = new ArrayList<>();
        int bit = 0;
        for (String field : List.of("sourcePort 16", "destinationPort 16", "sequence 32", "unused 24", "type 8",
            "headerWords 4", "reserved 4", "flags 8", "window 16", "checksum 16", "urgent 16", "senderIdHigh 32",
            "senderIdLow 32")) {
            bit = place(field, bit, placed);
        }
        for (String field : fields) {
            bit = place(field, bit, placed);
        }
        return new HeaderFormat(name, bit / Byte.SIZE, List.copyOf(placed), "", List.of());
    }

    private static int place(String field, int bit, List<Field> placed) {
        String[] words = field.split(" ");
        int bits = Integer.parseInt(words[1]);
        placed.add(new Field(words[0], bit, bits));
        return bit + bits;
    }
}
