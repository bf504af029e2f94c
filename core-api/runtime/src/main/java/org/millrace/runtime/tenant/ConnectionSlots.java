package org.millrace.runtime.tenant;

import java.util.Arrays;
import org.millrace.memory.ContextLayout;

/**
 * The connections of a context, by slot: who they are, what of their buffers either side holds, and what the
 * application has still to be told.
 *
 * <p>Owned by: the data-path thread.
 */
public final class ConnectionSlots {
    /** {@link #find}: the id was valid once and is no longer. */
    static final int STALE = -1;
    /** {@link #find}: the id was never the application's to name, or it has let go of it. */
    static final int FORGED = -2;

    static final byte FREE = 0;
    /** The transport has it, the application does not know it yet. */
    static final byte RESERVED = 1;
    static final byte OPEN = 2;
    /** The application has let go of it, the transport has not. */
    static final byte CLOSED = 3;

    static final long UNPACED = Long.MAX_VALUE;

    private static final int MAX_GENERATION = 32767;
    private static final int FIRST = 256;

    public int[] id = {};
    byte[] state = {};
    public byte[] transport = {};
    public int[] flow = {};
    /** Bytes announced to the application and not consumed. */
    public int[] receiveHeld = {};
    /** Bytes appended by the application and not reported free. */
    public int[] transmitHeld = {};
    /** Bytes ever appended: where the application's next append begins in its stream. */
    long[] pushed = {};
    /** Stream offset that the application has been granted; meaningful with push pacing. */
    long[] credits = {};
    /** Stream offset behind which an append is a violation; {@link #UNPACED} with pull pacing. */
    long[] pushLimit = {};
    /** Whether credits have grown that the application has not been told of. */
    boolean[] creditPending = {};
    /** Whether the application has ended its stream. */
    boolean[] finished = {};
    int[] receivePending = {};
    int[] transmitPending = {};
    byte[] flagsPending = {};
    boolean[] dirty = {};
    /** Bytes of the receive ring in use. */
    int[] receiveRing = {};
    /** Bytes of it that are to be in use. */
    int[] receiveWanted = {};
    /** Bytes consumed since the transport was told last; negative: it is not told. */
    int[] ringConsumed = {};
    /** Bytes of the transmit ring in use. */
    int[] transmitRing = {};
    /** Bytes of it that the application may use. */
    int[] transmitLimit = {};
    /** Bytes that the application was told of. */
    public long[] receivedBytes = {};
    /** Bytes that the application has appended. */
    public long[] sentBytes = {};
    /** Bytes that have passed through the buffers, saturating. */
    int[] touched = {};
    /** Stream offset, mod 2^32, behind the furthest byte that was ever written into the receive ring. */
    int[] receiveEnd = {};
    /** Stream offset, mod 2^32, behind the last byte that the program has announced. */
    int[] announced = {};
    /** Whether the application has appended bytes since it was last told that the connection is idle. */
    boolean[] appended = {};
    /** Whether the application has consumed or appended anything, or ended its stream. */
    boolean[] used = {};
    /** Flags that the application was told of. */
    byte[] flagsTold = {};
    /** As {@link IdlePages} has it. */
    byte[] warmth = {};
    /** Whether its line of the registry is noted to be written. */
    public boolean[] listed = {};
    /** Buffers of a message socket; null: a stream. */
    MessageBuffers[] messages = {};
    private int[] generation = {};
    private boolean[] wrapped = {};
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

    /** Makes room; every slot is taken. */
    private void grow(int connections) {
        int before = id.length;
        id = Arrays.copyOf(id, connections);
        state = Arrays.copyOf(state, connections);
        transport = Arrays.copyOf(transport, connections);
        flow = Arrays.copyOf(flow, connections);
        receiveHeld = Arrays.copyOf(receiveHeld, connections);
        transmitHeld = Arrays.copyOf(transmitHeld, connections);
        pushed = Arrays.copyOf(pushed, connections);
        credits = Arrays.copyOf(credits, connections);
        pushLimit = Arrays.copyOf(pushLimit, connections);
        creditPending = Arrays.copyOf(creditPending, connections);
        finished = Arrays.copyOf(finished, connections);
        receivePending = Arrays.copyOf(receivePending, connections);
        transmitPending = Arrays.copyOf(transmitPending, connections);
        flagsPending = Arrays.copyOf(flagsPending, connections);
        dirty = Arrays.copyOf(dirty, connections);
        receiveRing = Arrays.copyOf(receiveRing, connections);
        receiveWanted = Arrays.copyOf(receiveWanted, connections);
        ringConsumed = Arrays.copyOf(ringConsumed, connections);
        transmitRing = Arrays.copyOf(transmitRing, connections);
        transmitLimit = Arrays.copyOf(transmitLimit, connections);
        receivedBytes = Arrays.copyOf(receivedBytes, connections);
        sentBytes = Arrays.copyOf(sentBytes, connections);
        touched = Arrays.copyOf(touched, connections);
        receiveEnd = Arrays.copyOf(receiveEnd, connections);
        announced = Arrays.copyOf(announced, connections);
        appended = Arrays.copyOf(appended, connections);
        used = Arrays.copyOf(used, connections);
        flagsTold = Arrays.copyOf(flagsTold, connections);
        warmth = Arrays.copyOf(warmth, connections);
        listed = Arrays.copyOf(listed, connections);
        messages = Arrays.copyOf(messages, connections);
        generation = Arrays.copyOf(generation, connections);
        wrapped = Arrays.copyOf(wrapped, connections);
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
        if (live == free.length) {
            grow(Math.min(most, 2 * live));
        }
        int slot = free[freeHead];
        freeHead = freeHead + 1 == free.length ? 0 : freeHead + 1;
        live++;
        if (generation[slot] == MAX_GENERATION) {
            generation[slot] = 0;
            wrapped[slot] = true;
        }
        id[slot] = ++generation[slot] << 16 | slot;
        state[slot] = RESERVED;
        transport[slot] = (byte) transportIndex;
        flow[slot] = flowIndex;
        receiveHeld[slot] = 0;
        transmitHeld[slot] = 0;
        pushed[slot] = 0;
        credits[slot] = 0;
        pushLimit[slot] = UNPACED;
        creditPending[slot] = false;
        finished[slot] = false;
        receivePending[slot] = 0;
        transmitPending[slot] = 0;
        flagsPending[slot] = 0;
        receivedBytes[slot] = 0;
        sentBytes[slot] = 0;
        touched[slot] = 0;
        receiveEnd[slot] = 0;
        announced[slot] = 0;
        appended[slot] = false;
        used[slot] = false;
        flagsTold[slot] = 0;
        warmth[slot] = IdlePages.COLD;
        return id[slot];
    }

    void give(int slot) {
        state[slot] = FREE;
        id[slot] = 0;
        flow[slot] = 0;
        messages[slot] = null;
        int tail = freeHead - live;
        free[tail < 0 ? tail + free.length : tail] = slot;
        live--;
    }

    /** {@return the slot of an id that the application names, or {@link #STALE} or {@link #FORGED}} */
    int find(int connection) {
        int slot = ContextLayout.slot(connection);
        int wanted = connection >>> 16;
        if (slot >= id.length || wanted == 0 || wanted > MAX_GENERATION) {
            return FORGED;
        }
        if (id[slot] == connection) {
            return state[slot] == OPEN ? slot : FORGED;
        }
        return wrapped[slot] || wanted <= generation[slot] ? STALE : FORGED;
    }

    /** {@return the slot of an id that the data path uses, or -1 if it is nobody's} */
    public int own(int connection) {
        int slot = ContextLayout.slot(connection);
        return slot < id.length && id[slot] == connection && connection != 0 ? slot : -1;
    }

    /** Bytes have come to lie in the receive ring, before the stream offset {@code end}. */
    void received(int slot, int end) {
        if (end - receiveEnd[slot] > 0) { // mod 2^32: a ring is far smaller
            receiveEnd[slot] = end;
        }
    }

    /** {@return whether the receive ring holds nothing that anybody will read} */
    boolean isReceiveRingEmpty(int slot) {
        if (messages[slot] != null) {
            return messages[slot].received.ranges() == 0;
        }
        return receiveHeld[slot] == 0 && receivePending[slot] == 0 && receiveEnd[slot] == announced[slot];
    }

    void touch(int slot, int bytes) {
        int sum = touched[slot] + bytes;
        touched[slot] = sum < 0 ? Integer.MAX_VALUE : sum;
    }
}
