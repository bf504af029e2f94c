package org.millrace.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.millrace.api.context.ContextSize;

/**
 * Layout of a context's region, version 2. All fields little-endian, naturally aligned; addresses in network order.
 *
 * <pre>
 * offset          what                                      written by
 * 0               header, one page                          runtime, before the application sees it
 * requestRing     ring application to data path             see {@link DescriptorRing}
 * eventRing       ring data path to application             see {@link DescriptorRing}
 * connections     connection records, 128 bytes each        runtime
 * payload         receive and transmit ring of connection 0, of connection 1, ...; aligned to 64 KiB
 *
 * header:  0 i64 magic "MILLRACE"    8 i32 version         12 i32 layout hash
 *         16 i64 region bytes       24 i32 ring slots      28 i32 connections
 *         32 i32 receive bytes      36 i32 transmit bytes  40 i64 request ring
 *         48 i64 event ring         56 i64 connections     64 i64 payload
 *         72 i32 context number     76 i32 open: 1 while the runtime serves it
 *
 * record:  0 i32 id (slot and generation; 0: free)   4 i32 pacing (0 pull, 1 push)
 *          8 i64 credits: push: stream offset up to which the application may bump
 *         16 i64 receive ring, 24 i64 transmit ring: offsets in the region
 *         32 u16 local port   34 u16 peer port   36 i32 reserved
 *         72 i32 receive ring in use   76 i32 transmit ring at the beginning   80 i32 most of the transmit ring; 0: all
 *         40 16 B local address   56 16 B peer address (IPv4 as ::ffff:a.b.c.d, RFC 4291 §2.5.5.2)
 * </pre>
 *
 * A connection id is {@code generation << 16 | slot}; the generation is 1 to 32767 and changes with each use of the
 * slot. Byte {@code n} of a stream, counted from 0, lives at {@code ring + (n & (ringBytes - 1))}, where {@code ringBytes}
 * is what is in use of the ring: {@link RingGrowth}.
 */
public final class ContextLayout {
    /** "MILLRACE" as a little-endian long. */
    public static final long MAGIC = 0x4543_4152_4C4C_494DL;
    /** Version of this layout. */
    public static final int VERSION = 2;
    /** Differs whenever any offset or code below or in {@link Descriptor} does. */
    public static final int HASH = hash();

    /** Size of the header and alignment of what follows, bytes. */
    public static final int PAGE = 4096;
    /** Alignment of the payload, bytes: the largest page of Linux (aarch64), so that a ring of whole pages shares none. */
    public static final int PAYLOAD_ALIGNMENT = 1 << 16;
    /** Size of a connection record, bytes. */
    public static final int RECORD_BYTES = 128;
    /** Record pacing: the data path fetches when a flow may send. */
    public static final int PULL = 0;
    /** Record pacing: the application bumps no further than its credits. */
    public static final int PUSH = 1;

    /** Header: context number. */
    public static final int CONTEXT = 72;
    /** Header: 1 while the runtime serves the context, set to 0 when it lets go of it. */
    public static final int OPEN = 76;

    /** Record: connection id. */
    public static final int ID = 0;
    /** Record: pacing. */
    public static final int PACING = 4;
    /** Record: credits. */
    public static final int CREDITS = 8;
    /** Record: offset of the receive ring. */
    public static final int RECEIVE = 16;
    /** Record: offset of the transmit ring. */
    public static final int TRANSMIT = 24;
    /** Record: local port. */
    public static final int LOCAL_PORT = 32;
    /** Record: peer port. */
    public static final int PEER_PORT = 34;
    /** Record: local address. */
    public static final int LOCAL_ADDRESS = 40;
    /** Record: peer address. */
    public static final int PEER_ADDRESS = 56;

    /** Record: bytes of the receive ring in use. */
    public static final int RECEIVE_RING = 72;
    /** Record: bytes of the transmit ring in use at the beginning. */
    public static final int TRANSMIT_RING = 76;
    /** Record: bytes of the transmit ring that the application may come to use. */
    public static final int TRANSMIT_LIMIT = 80;

    static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = I32.varHandle();
    static final VarHandle LONG = I64.varHandle();

    private final MemorySegment region;
    private final ContextSize size;
    private final long requestRing;
    private final long eventRing;
    private final long connections;
    private final long payload;

    private ContextLayout(MemorySegment region, ContextSize size) {
        this.region = region;
        this.size = size;
        requestRing = PAGE;
        eventRing = requestRing + align(DescriptorRing.bytes(size.ringSlots()), PAGE);
        connections = eventRing + align(DescriptorRing.bytes(size.ringSlots()), PAGE);
        payload = align(connections + (long) size.connections() * RECORD_BYTES, PAYLOAD_ALIGNMENT);
    }

    /**
     * {@return bytes of a region of this size}
     *
     * @param size the context's size
     */
    public static long bytes(ContextSize size) {
        return new ContextLayout(null, size).end();
    }

    /**
     * Lays out a fresh, zeroed region.
     *
     * @param region  at least {@link #bytes} long
     * @param size    the context's size
     * @param context its number
     * @return the layout
     */
    public static ContextLayout create(MemorySegment region, ContextSize size, int context) {
        ContextLayout layout = new ContextLayout(region, size);
        region.set(I32, 8, VERSION);
        region.set(I32, 12, HASH);
        region.set(I64, 16, layout.end());
        region.set(I32, 24, size.ringSlots());
        region.set(I32, 28, size.connections());
        region.set(I32, 32, size.receiveBytes());
        region.set(I32, 36, size.transmitBytes());
        region.set(I64, 40, layout.requestRing);
        region.set(I64, 48, layout.eventRing);
        region.set(I64, 56, layout.connections);
        region.set(I64, 64, layout.payload);
        region.set(I32, CONTEXT, context);
        region.set(I32, OPEN, 1);
        LONG.setRelease(region, 0L, MAGIC);
        return layout;
    }

    /**
     * Reads the layout of a region that somebody else made.
     *
     * @param region the region
     * @return its layout
     * @throws IllegalArgumentException if it is none, or of another version; both values are named
     */
    public static ContextLayout attach(MemorySegment region) {
        if (region.byteSize() < PAGE || (long) LONG.getAcquire(region, 0L) != MAGIC) {
            throw new IllegalArgumentException("this memory is no Millrace context");
        }
        if (region.get(I32, 8) != VERSION || region.get(I32, 12) != HASH) {
            throw new IllegalArgumentException(String.format(
                "the runtime's context layout is version %d (hash %08x), this library's is version %d (hash %08x): "
                    + "use the library that came with the runtime",
                region.get(I32, 8), region.get(I32, 12), VERSION, HASH));
        }
        ContextSize size = new ContextSize(region.get(I32, 28), region.get(I32, 32), region.get(I32, 36),
            region.get(I32, 24));
        ContextLayout layout = new ContextLayout(region, size);
        if (layout.end() != region.get(I64, 16) || layout.end() > region.byteSize()) {
            throw new IllegalArgumentException("the context's region is " + region.byteSize()
                + " bytes, its header asks for " + layout.end());
        }
        return layout;
    }

    /** {@return the region} */
    public MemorySegment region() {
        return region;
    }

    /** {@return the context's size} */
    public ContextSize size() {
        return size;
    }

    /** {@return the context's number} */
    public int context() {
        return region.get(I32, CONTEXT);
    }

    /** {@return whether the runtime serves the context} */
    public boolean isOpen() {
        return (int) INT.getAcquire(region, (long) OPEN) == 1;
    }

    /** Says that the runtime no longer serves the context. Runtime only. */
    public void markClosed() {
        INT.setRelease(region, (long) OPEN, 0);
    }

    /** {@return offset of the ring from the application} */
    public long requestRing() {
        return requestRing;
    }

    /** {@return offset of the ring to the application} */
    public long eventRing() {
        return eventRing;
    }

    /**
     * {@return offset of a connection's record}
     *
     * @param connection id or slot
     */
    public long record(int connection) {
        return connections + (long) slot(connection) * RECORD_BYTES;
    }

    /**
     * {@return offset of a connection's receive ring}
     *
     * @param connection id or slot
     */
    public long receiveRing(int connection) {
        return payload + slot(connection) * ((long) size.receiveBytes() + size.transmitBytes());
    }

    /**
     * {@return offset of a connection's transmit ring}
     *
     * @param connection id or slot
     */
    public long transmitRing(int connection) {
        return receiveRing(connection) + size.receiveBytes();
    }

    /**
     * {@return the slot of a connection id}
     *
     * @param connection the id
     */
    public static int slot(int connection) {
        return connection & 0xffff;
    }

    /**
     * {@return pacing of a connection, {@link #PULL} or {@link #PUSH}, read with acquire}
     *
     * @param connection the connection
     */
    public int pacing(int connection) {
        return (int) INT.getAcquire(region, record(connection) + PACING);
    }

    /**
     * Changes a connection's pacing while it runs. Runtime only.
     *
     * @param connection the connection
     * @param pacing     {@link #PULL} or {@link #PUSH}
     */
    public void pacing(int connection, int pacing) {
        INT.setRelease(region, record(connection) + PACING, pacing);
    }

    /**
     * {@return stream offset up to which a pushing application may bump}
     *
     * @param connection the connection
     */
    public long credits(int connection) {
        return (long) LONG.getAcquire(region, record(connection) + CREDITS);
    }

    /**
     * Grants credits. Runtime only.
     *
     * @param connection the connection
     * @param offset     stream offset up to which the application may bump
     */
    public void credits(int connection, long offset) {
        LONG.setRelease(region, record(connection) + CREDITS, offset);
    }

    /**
     * {@return bytes in use of a connection's receive ring, read with acquire}
     *
     * @param connection the connection
     */
    public int receiveRingBytes(int connection) {
        return inUse(connection, RECEIVE_RING, size.receiveBytes());
    }

    /**
     * {@return bytes in use of a connection's transmit ring when the application learns of it}
     *
     * @param connection the connection
     */
    public int transmitRingBytes(int connection) {
        return inUse(connection, TRANSMIT_RING, size.transmitBytes());
    }

    /**
     * {@return bytes that may come to be in use of a connection's transmit ring, read with acquire}
     *
     * @param connection the connection
     */
    public int transmitLimit(int connection) {
        return inUse(connection, TRANSMIT_LIMIT, size.transmitBytes());
    }

    private int inUse(int connection, int field, int reserved) {
        int bytes = (int) INT.getAcquire(region, record(connection) + field);
        return bytes == 0 ? reserved : bytes;
    }

    /**
     * Says how much of a ring is in use, or may be. Runtime only.
     *
     * @param connection the connection
     * @param field      {@link #RECEIVE_RING}, {@link #TRANSMIT_RING} or {@link #TRANSMIT_LIMIT}
     * @param bytes      a power of two, no more than is reserved
     */
    public void ringBytes(int connection, int field, int bytes) {
        INT.setRelease(region, record(connection) + field, bytes);
    }

    private long end() {
        return payload + size.connections() * ((long) size.receiveBytes() + size.transmitBytes());
    }

    private static long align(long bytes, int to) {
        return bytes + to - 1 & -to;
    }

    private static int hash() {
        int[] facts = {VERSION, PAGE, PAYLOAD_ALIGNMENT, RECORD_BYTES, CONTEXT, OPEN, ID, PACING, CREDITS, RECEIVE, TRANSMIT, LOCAL_PORT,
            PEER_PORT, LOCAL_ADDRESS, PEER_ADDRESS, RECEIVE_RING, TRANSMIT_RING, TRANSMIT_LIMIT,
            DescriptorRing.SLOTS, DescriptorRing.WAITING,
            Descriptor.BYTES, Descriptor.OPAQUE, Descriptor.ARGUMENT, Descriptor.PEER_ADDRESS, Descriptor.CLOSED, Descriptor.IDLE,
            Descriptor.SENT, Descriptor.GIVE_UP, Descriptor.OPTION};
        int h = 0x811c9dc5;
        for (int fact : facts) {
            h = (h ^ fact) * 0x01000193;
        }
        return h;
    }
}
