package org.millrace.runtime.tenant;

import java.util.Arrays;
import org.millrace.api.transport.ControlPlane;
import org.millrace.memory.ContextLayout;

/**
 * The connections of a context, by slot: who they are, what of their buffers either side holds, and what the
 * application has still to be told.
 *
 * <p>DESIGN NOTES. A bump looks at most of this, so a connection's lies together: a row of 16 words, which is one line of cache, and one of
 * four counts, which is half of one. As in the rows of programs, what is before the first row brings it to a line's beginning.
 *
 * <p>Owned by: the data-path thread.
 */
public final class ConnectionSlots {
    /** {@link #find}: the id was valid once and is no longer. */
    static final int STALE = -1;
    /** {@link #find}: the id was never the application's to name, or it has let go of it. */
    static final int FORGED = -2;

    static final int FREE = 0;
    /** The transport has it, the application does not know it yet. */
    static final int RESERVED = 1;
    static final int OPEN = 2;
    /** The application has let go of it, the transport has not. */
    static final int CLOSED = 3;

    static final long UNPACED = Long.MAX_VALUE;

    /** {@link #is}: credits have grown that the application has not been told of. */
    static final int CREDIT_PENDING = 1 << 4;
    /** {@link #is}: the application has ended its stream. */
    static final int FINISHED = 1 << 5;
    /** {@link #is}: waits for its turn to be told what is pending. */
    static final int DIRTY = 1 << 6;
    /** {@link #is}: the application has appended bytes since it was last told that the connection is idle. */
    static final int APPENDED = 1 << 7;
    /** {@link #is}: the application has consumed or appended anything, or ended its stream. */
    static final int USED = 1 << 8;
    /** {@link #is}: its line of the registry is noted to be written. */
    public static final int LISTED = 1 << 9;
    /** {@link #is}: a message socket. */
    static final int MESSAGES = 1 << 10;
    private static final int WRAPPED = 1 << 11;
    private static final int STATE = 3;
    private static final int WARMTH_SHIFT = 2;
    private static final int PENDING_SHIFT = 16;
    private static final int TOLD_SHIFT = 24;
    private static final int BYTE = 0xff;

    private static final int MAX_GENERATION = 32767;
    private static final int FIRST = 256;

    private static final int ROW = 16;
    private static final int LEAD = 12;
    private static final int ID = LEAD;
    private static final int FLOW = LEAD + 1;
    private static final int BITS = LEAD + 2;
    private static final int RECEIVE_HELD = LEAD + 3;
    private static final int TRANSMIT_HELD = LEAD + 4;
    private static final int RECEIVE_PENDING = LEAD + 5;
    private static final int TRANSMIT_PENDING = LEAD + 6;
    private static final int RECEIVE_RING = LEAD + 7;
    private static final int RECEIVE_WANTED = LEAD + 8;
    private static final int RING_CONSUMED = LEAD + 9;
    private static final int TRANSMIT_RING = LEAD + 10;
    private static final int TRANSMIT_LIMIT = LEAD + 11;
    private static final int TOUCHED = LEAD + 12;
    private static final int RECEIVE_END = LEAD + 13;
    private static final int ANNOUNCED = LEAD + 14;
    /** Generation, and the transport above it. */
    private static final int GENERATION = LEAD + 15;

    private static final int COUNTS = 4;
    private static final int COUNTS_LEAD = 6;
    private static final int SENT = COUNTS_LEAD;
    private static final int RECEIVED = COUNTS_LEAD + 1;
    private static final int CREDITS = COUNTS_LEAD + 2;
    private static final int PUSH_LIMIT = COUNTS_LEAD + 3;

    private int[] rows = {};
    private long[] counts = {};
    /** Buffers of message sockets. */
    private MessageBuffers[] messages = {};
    private int[] free = {};
    private final int most;
    private int freeHead;
    private int live;

    /**
     * Makes slots of which none is taken.
     *
     * @param most connections at a time
     */
    public ConnectionSlots(int most) {
        this.most = most;
        grow(Math.min(most, FIRST));
    }

    /** {@return the most connections there can be at a time} */
    int most() {
        return most;
    }

    /** {@return slots there are by now, taken or not} */
    public int count() {
        return free.length;
    }

    /** Makes room; every slot is taken. */
    private void grow(int connections) {
        int before = count();
        rows = Arrays.copyOf(rows, LEAD + connections * ROW);
        counts = Arrays.copyOf(counts, COUNTS_LEAD + connections * COUNTS);
        messages = Arrays.copyOf(messages, connections);
        free = new int[connections];
        freeHead = 0;
        Arrays.setAll(free, i -> before + i); // those behind the last new one are no entries
    }

    public int live() {
        return live;
    }

    /** {@return the id of a slot taken, or -1 if there is none} */
    int take(int transportIndex, int flowIndex) {
        if (live == most) {
            return -1;
        }
        if (live == count()) {
            grow(Math.min(most, 2 * live));
        }
        int slot = free[freeHead];
        freeHead = freeHead + 1 == free.length ? 0 : freeHead + 1;
        live++;
        int generation = generation(slot);
        int kept = word(slot, BITS) & (DIRTY | LISTED | WRAPPED);
        if (generation == MAX_GENERATION) {
            generation = 0;
            kept |= WRAPPED;
        }
        int row = slot * ROW + LEAD;
        Arrays.fill(rows, row, row + ROW, 0);
        int at = slot * COUNTS;
        counts[at + SENT] = 0;
        counts[at + RECEIVED] = 0;
        counts[at + CREDITS] = 0;
        counts[at + PUSH_LIMIT] = UNPACED;
        word(slot, GENERATION, transportIndex << Short.SIZE | ++generation);
        word(slot, BITS, kept | RESERVED | IdlePages.COLD << WARMTH_SHIFT);
        word(slot, ID, generation << 16 | slot);
        word(slot, FLOW, flowIndex);
        return generation << 16 | slot;
    }

    void give(int slot) {
        state(slot, FREE);
        word(slot, ID, 0);
        word(slot, FLOW, 0);
        messages(slot, null);
        int tail = freeHead - live;
        free[tail < 0 ? tail + free.length : tail] = slot;
        live--;
    }

    /** {@return the slot of an id that the application names, or {@link #STALE} or {@link #FORGED}} */
    int find(int connection) {
        int slot = ContextLayout.slot(connection);
        int wanted = connection >>> 16;
        if (slot >= count() || wanted == 0 || wanted > MAX_GENERATION) {
            return FORGED;
        }
        if (id(slot) == connection) {
            return state(slot) == OPEN ? slot : FORGED;
        }
        return is(slot, WRAPPED) || wanted <= generation(slot) ? STALE : FORGED;
    }

    /** {@return the slot of an id that the data path uses, or -1 if it is nobody's} */
    public int own(int connection) {
        int slot = ContextLayout.slot(connection);
        return slot < count() && id(slot) == connection && connection != 0 ? slot : -1;
    }

    /** Brings near what is kept for a slot. Answers a number of no meaning, see {@link org.millrace.api.hardware.Pipeline#touch}. */
    public int touch(int slot) {
        return slot < count() ? word(slot, ID) + (int) counts[slot * COUNTS + SENT] : 0;
    }

    /** Bytes have come to lie in the receive ring, before the stream offset {@code end}. */
    void received(int slot, int end) {
        if (end - receiveEnd(slot) > 0) { // mod 2^32: a ring is far smaller
            receiveEnd(slot, end);
        }
    }

    /** {@return whether the receive ring holds nothing that anybody will read} */
    boolean isReceiveRingEmpty(int slot) {
        if (is(slot, MESSAGES)) {
            return messages(slot).received.ranges() == 0;
        }
        return receiveHeld(slot) == 0 && receivePending(slot) == 0 && receiveEnd(slot) == announced(slot);
    }

    /** Bytes have passed through the buffers. */
    void passed(int slot, int bytes) {
        int sum = word(slot, TOUCHED) + bytes;
        word(slot, TOUCHED, sum < 0 ? Integer.MAX_VALUE : sum);
    }

    /** The application has consumed and appended bytes, of which the last may end its stream. */
    void bumped(int slot, int receiveBytes, int transmitBytes, boolean ends) {
        receiveHeld(slot, receiveHeld(slot) - receiveBytes);
        transmitHeld(slot, transmitHeld(slot) + transmitBytes);
        sentBytes(slot, sentBytes(slot) + transmitBytes);
        passed(slot, transmitBytes);
        set(slot, (ends ? FINISHED | USED : 0) | (receiveBytes != 0 ? USED : 0) | (transmitBytes != 0 ? APPENDED | USED : 0));
    }

    /** {@return bytes consumed since the transport was told last, these included, if it is to be told now; else 0} */
    int consumedRing(int slot, int bytes) {
        int before = word(slot, RING_CONSUMED);
        int consumed = before + bytes;
        boolean tells = before >= 0 && consumed >= receiveRing(slot) / ControlPlane.RING_PARTS;
        if (before >= 0) {
            word(slot, RING_CONSUMED, tells ? 0 : consumed);
        }
        return tells ? consumed : 0;
    }

    /** The application is told of all that is pending. */
    void told(int slot) {
        receiveHeld(slot, receiveHeld(slot) + receivePending(slot));
        transmitHeld(slot, transmitHeld(slot) - transmitPending(slot));
        receivePending(slot, 0);
        transmitPending(slot, 0);
        int bits = word(slot, BITS);
        word(slot, BITS, (bits | bits << TOLD_SHIFT - PENDING_SHIFT & BYTE << TOLD_SHIFT) & ~(CREDIT_PENDING | BYTE << PENDING_SHIFT));
    }

    private int word(int slot, int field) {
        return rows[slot * ROW + field];
    }

    private void word(int slot, int field, int value) {
        rows[slot * ROW + field] = value;
    }

    /** {@return whether one of some bits is set} */
    boolean is(int slot, int bits) {
        return (word(slot, BITS) & bits) != 0;
    }

    void set(int slot, int bits) {
        word(slot, BITS, word(slot, BITS) | bits);
    }

    public void clear(int slot, int bits) {
        word(slot, BITS, word(slot, BITS) & ~bits);
    }

    private int part(int slot, int shift, int mask) {
        return word(slot, BITS) >>> shift & mask;
    }

    private void part(int slot, int shift, int mask, int value) {
        word(slot, BITS, word(slot, BITS) & ~(mask << shift) | (value & mask) << shift);
    }

    /** {@return {@link #FREE}, {@link #RESERVED}, {@link #OPEN} or {@link #CLOSED}} */
    int state(int slot) {
        return part(slot, 0, STATE);
    }

    void state(int slot, int v) {
        part(slot, 0, STATE, v);
    }

    /** {@return as {@link IdlePages} has it} */
    int warmth(int slot) {
        return part(slot, WARMTH_SHIFT, STATE);
    }

    void warmth(int slot, int v) {
        part(slot, WARMTH_SHIFT, STATE, v);
    }

    /** {@return flags that the application is still to be told of} */
    int flagsPending(int slot) {
        return part(slot, PENDING_SHIFT, BYTE);
    }

    void flagsPending(int slot, int v) {
        part(slot, PENDING_SHIFT, BYTE, v);
    }

    /** {@return flags that the application was told of} */
    int flagsTold(int slot) {
        return part(slot, TOLD_SHIFT, BYTE);
    }

    void flagsTold(int slot, int v) {
        part(slot, TOLD_SHIFT, BYTE, v);
    }

    /** {@return the connection's id; 0: the slot is free} */
    public int id(int slot) {
        return word(slot, ID);
    }

    public int flow(int slot) {
        return word(slot, FLOW);
    }

    void flow(int slot, int v) {
        word(slot, FLOW, v);
    }

    public int transport(int slot) {
        return word(slot, GENERATION) >>> Short.SIZE;
    }

    private int generation(int slot) {
        return word(slot, GENERATION) & MAX_GENERATION;
    }

    /** {@return bytes announced to the application and not consumed} */
    public int receiveHeld(int slot) {
        return word(slot, RECEIVE_HELD);
    }

    void receiveHeld(int slot, int v) {
        word(slot, RECEIVE_HELD, v);
    }

    /** {@return bytes appended by the application and not reported free} */
    public int transmitHeld(int slot) {
        return word(slot, TRANSMIT_HELD);
    }

    void transmitHeld(int slot, int v) {
        word(slot, TRANSMIT_HELD, v);
    }

    /** {@return bytes to read that the application is still to be told of} */
    int receivePending(int slot) {
        return word(slot, RECEIVE_PENDING);
    }

    void receivePending(int slot, int v) {
        word(slot, RECEIVE_PENDING, v);
    }

    /** {@return bytes that are free again and the application is still to be told of} */
    int transmitPending(int slot) {
        return word(slot, TRANSMIT_PENDING);
    }

    void transmitPending(int slot, int v) {
        word(slot, TRANSMIT_PENDING, v);
    }

    /** {@return bytes of the receive ring in use} */
    int receiveRing(int slot) {
        return word(slot, RECEIVE_RING);
    }

    void receiveRing(int slot, int v) {
        word(slot, RECEIVE_RING, v);
    }

    /** {@return bytes of it that are to be in use} */
    int receiveWanted(int slot) {
        return word(slot, RECEIVE_WANTED);
    }

    void receiveWanted(int slot, int v) {
        word(slot, RECEIVE_WANTED, v);
    }

    /** {@return bytes consumed since the transport was told last; negative: it is not told} */
    int ringConsumed(int slot) {
        return word(slot, RING_CONSUMED);
    }

    void ringConsumed(int slot, int v) {
        word(slot, RING_CONSUMED, v);
    }

    /** {@return bytes of the transmit ring in use} */
    int transmitRing(int slot) {
        return word(slot, TRANSMIT_RING);
    }

    void transmitRing(int slot, int v) {
        word(slot, TRANSMIT_RING, v);
    }

    /** {@return bytes of it that the application may use} */
    int transmitLimit(int slot) {
        return word(slot, TRANSMIT_LIMIT);
    }

    void transmitLimit(int slot, int v) {
        word(slot, TRANSMIT_LIMIT, v);
    }

    /** {@return bytes that have passed through the buffers, saturating} */
    int touched(int slot) {
        return word(slot, TOUCHED);
    }

    void touched(int slot, int v) {
        word(slot, TOUCHED, v);
    }

    /** {@return stream offset, mod 2^32, behind the furthest byte that was ever written into the receive ring} */
    int receiveEnd(int slot) {
        return word(slot, RECEIVE_END);
    }

    void receiveEnd(int slot, int v) {
        word(slot, RECEIVE_END, v);
    }

    /** {@return stream offset, mod 2^32, behind the last byte that the program has announced} */
    int announced(int slot) {
        return word(slot, ANNOUNCED);
    }

    void announced(int slot, int v) {
        word(slot, ANNOUNCED, v);
    }

    /** {@return bytes that the application was told of} */
    public long receivedBytes(int slot) {
        return counts[slot * COUNTS + RECEIVED];
    }

    void receivedBytes(int slot, long v) {
        counts[slot * COUNTS + RECEIVED] = v;
    }

    /** {@return bytes that the application has ever appended: where its next append begins in its stream} */
    public long sentBytes(int slot) {
        return counts[slot * COUNTS + SENT];
    }

    void sentBytes(int slot, long v) {
        counts[slot * COUNTS + SENT] = v;
    }

    /** {@return stream offset that the application has been granted; meaningful with push pacing} */
    long credits(int slot) {
        return counts[slot * COUNTS + CREDITS];
    }

    void credits(int slot, long v) {
        counts[slot * COUNTS + CREDITS] = v;
    }

    /** {@return stream offset behind which an append is a violation; {@link #UNPACED} with pull pacing} */
    long pushLimit(int slot) {
        return counts[slot * COUNTS + PUSH_LIMIT];
    }

    void pushLimit(int slot, long v) {
        counts[slot * COUNTS + PUSH_LIMIT] = v;
    }

    /** {@return buffers of a message socket; null: a stream} */
    MessageBuffers messages(int slot) {
        return messages[slot];
    }

    void messages(int slot, MessageBuffers buffers) {
        messages[slot] = buffers;
        if (buffers == null) {
            clear(slot, MESSAGES);
        } else {
            set(slot, MESSAGES);
        }
    }
}
