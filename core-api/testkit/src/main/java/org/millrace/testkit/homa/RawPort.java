package org.millrace.testkit.homa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;

/** IPv4 datagrams of protocol 146 over a port, and answers to ARP for any address. Owned by: one thread. */
public final class RawPort {
    private static final int IP = 14;
    private static final int ARP = 0x0806;
    private static final int HOMA = 146;

    /**
     * A datagram.
     *
     * @param source      IPv4 address
     * @param destination IPv4 address
     * @param priority    upper three bits of its type of service
     * @param payload     what follows the IP header
     */
    public record Datagram(int source, int destination, int priority, byte[] payload) {
    }

    private final Port port;
    private final FrameBatch received = new FrameBatch(64);
    private final TransmitBatch sent;
    private int identification;

    /**
     * Uses a port.
     *
     * @param port the port
     */
    public RawPort(Port port) {
        this.port = port;
        sent = port.newTransmitBatch();
    }

    /**
     * Sends a datagram.
     *
     * @param mac         where to on the link
     * @param source      any IPv4 address
     * @param destination IPv4 address
     * @param priority    0 to 7
     * @param payload     what follows the IP header
     */
    public void send(long mac, int source, int destination, int priority, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(IP + 20 + payload.length);
        frame.putShort((short) (mac >>> 32)).putInt((int) mac);
        ethernet(frame, 0x0800);
        frame.put((byte) 0x45).put((byte) (priority << 5)).putShort((short) (20 + payload.length));
        frame.putShort((short) identification++).putShort((short) 0x4000).put((byte) 64).put((byte) HOMA).putShort((short) 0);
        frame.putInt(source).putInt(destination);
        int sum = 0;
        for (int i = IP; i < IP + 20; i += 2) {
            sum += frame.getShort(i) & 0xffff;
        }
        frame.putShort(IP + 10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        frame.put(payload);
        send(frame.array());
    }

    private void ethernet(ByteBuffer frame, int type) {
        long own = port.info().macAddress();
        frame.putShort((short) (own >>> 32)).putInt((int) own).putShort((short) type);
    }

    private void send(byte[] frame) {
        int head = Math.min(frame.length, TransmitBatch.HEADER_BYTES);
        MemorySegment bytes = MemorySegment.ofArray(frame);
        MemorySegment.copy(bytes, 0, sent.headers, sent.headerOffset(sent.count()), head);
        sent.add(head);
        if (frame.length > head) {
            sent.span(bytes, head, frame.length - head);
        }
        port.transmit(sent);
        sent.clear();
    }

    /** {@return the Homa datagrams that have arrived; who asks for a MAC address gets this port's} */
    public List<Datagram> receive() {
        List<Datagram> datagrams = new ArrayList<>();
        int count = port.receive(received);
        for (int i = 0; i < count; i++) {
            byte[] frame = received.segment[i].asSlice(received.offset[i], received.length[i]).toArray(ValueLayout.JAVA_BYTE);
            take(ByteBuffer.wrap(frame), datagrams);
        }
        return datagrams;
    }

    private void take(ByteBuffer frame, List<Datagram> datagrams) {
        int type = frame.getShort(12) & 0xffff;
        if (type == ARP && frame.getShort(20) == 1) {
            answer(frame);
        } else if (type == 0x0800 && frame.get(IP + 9) == (byte) HOMA) {
            int end = IP + (frame.getShort(IP + 2) & 0xffff);
            datagrams.add(new Datagram(frame.getInt(IP + 12), frame.getInt(IP + 16), (frame.get(IP + 1) & 0xff) >>> 5,
                Arrays.copyOfRange(frame.array(), IP + 20, end)));
        }
    }

    /** RFC 826. */
    private void answer(ByteBuffer request) {
        ByteBuffer reply = ByteBuffer.allocate(42);
        reply.put(request.array(), 22, 6);
        ethernet(reply, ARP);
        reply.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4).putShort((short) 2);
        long own = port.info().macAddress();
        reply.putShort((short) (own >>> 32)).putInt((int) own).putInt(request.getInt(38));
        reply.put(request.array(), 22, 10);
        send(reply.array());
    }
}
