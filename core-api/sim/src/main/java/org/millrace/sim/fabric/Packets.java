package org.millrace.sim.fabric;

import java.util.Arrays;

/**
 * All packets of a fabric, each a number. A packet is a cache line of a table that grows to the most that were under way at once and stays there.
 *
 * <pre>
 *  word 0   source 16 | destination 16 | priority 8 | kind 8 | flags 8 | -
 *  word 1   bytes on the wire 32 | next in its queue 32
 *  word 2   message                      what it belongs to, its hosts' business
 *  word 3   offset 32 | length 32        of its data in the message, bytes
 *  word 4   value                        its hosts' business
 *  word 5   time                         its hosts' business, picoseconds
 *  words 6, 7   blocks                   its hosts' business
 * </pre>
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class Packets {
    /** Flag: it may be marked instead of dropped (ECN-capable, RFC 3168). */
    public static final int MARKABLE = 1;
    /** Flag: a switch has marked it. */
    public static final int MARKED = 2;
    /** Flag: a switch has cut its data off. */
    public static final int TRIMMED = 4;

    private static final int INITIAL = 1024;
    private static final int SHIFT = 3;
    private static final int FLAGS_SHIFT = 48;
    private static final long LOW = 0xffff_ffffL;

    private long[] words = new long[INITIAL << SHIFT];
    private int[] free = new int[INITIAL];
    private int freeCount;
    private int made;

    Packets() {
    }

    /**
     * {@return a new packet}
     *
     * @param source      host that sends it, below 65,536
     * @param destination host that it is for, below 65,536
     * @param priority    0 to 255
     * @param kind        0 to 255, its hosts' business
     * @param wireBytes   what it occupies a link for: preamble and gap included
     */
    public int make(int source, int destination, int priority, int kind, int wireBytes) {
        int packet = freeCount > 0 ? free[--freeCount] : made++;
        int at = packet << SHIFT;
        if (at == words.length) {
            words = Arrays.copyOf(words, 2 * words.length);
            free = Arrays.copyOf(free, 2 * free.length);
        }
        words[at] = source | (long) destination << 16 | (long) priority << 32 | (long) kind << 40;
        words[at + 1] = wireBytes;
        return packet;
    }

    /**
     * It is no more.
     *
     * @param packet which
     */
    public void free(int packet) {
        free[freeCount++] = packet;
    }

    /**
     * What it carries.
     *
     * @param packet  which
     * @param message what it belongs to
     * @param offset  of its data in the message, bytes
     * @param length  of its data, bytes
     */
    public void data(int packet, long message, int offset, int length) {
        int at = packet << SHIFT;
        words[at + 2] = message;
        words[at + 3] = offset | (long) length << 32;
    }

    /**
     * What its hosts tell each other beside.
     *
     * @param packet which
     * @param value  any
     * @param timePs any
     */
    public void note(int packet, long value, long timePs) {
        int at = packet << SHIFT;
        words[at + 4] = value;
        words[at + 5] = timePs;
    }

    /**
     * What else its hosts tell each other; a packet that is made anew has what the one before had.
     *
     * @param packet which
     * @param low    any
     * @param high   any
     */
    public void blocks(int packet, long low, long high) {
        int at = packet << SHIFT;
        words[at + 6] = low;
        words[at + 7] = high;
    }

    public long lowBlocks(int packet) {
        return words[(packet << SHIFT) + 6];
    }

    public long highBlocks(int packet) {
        return words[(packet << SHIFT) + 7];
    }

    /**
     * Sets flags.
     *
     * @param packet which
     * @param flags  bits
     */
    public void flag(int packet, int flags) {
        words[packet << SHIFT] |= (long) flags << FLAGS_SHIFT;
    }

    /**
     * Its data is cut off.
     *
     * @param packet    which
     * @param wireBytes what is left, on the wire
     * @param priority  it goes on with
     */
    void trim(int packet, int wireBytes, int priority) {
        int at = packet << SHIFT;
        words[at] = words[at] & ~(0xffL << 32) | (long) priority << 32;
        words[at + 1] = words[at + 1] & ~LOW | wireBytes;
        flag(packet, TRIMMED);
    }

    public int source(int packet) {
        return (int) words[packet << SHIFT] & 0xffff;
    }

    public int destination(int packet) {
        return (int) (words[packet << SHIFT] >>> 16) & 0xffff;
    }

    public int priority(int packet) {
        return (int) (words[packet << SHIFT] >>> 32) & 0xff;
    }

    public int kind(int packet) {
        return (int) (words[packet << SHIFT] >>> 40) & 0xff;
    }

    /**
     * {@return whether one of some flags is set}
     *
     * @param packet which
     * @param flags  bits
     */
    public boolean has(int packet, int flags) {
        return ((int) (words[packet << SHIFT] >>> FLAGS_SHIFT) & flags) != 0;
    }

    public int wireBytes(int packet) {
        return (int) words[(packet << SHIFT) + 1];
    }

    int next(int packet) {
        return (int) (words[(packet << SHIFT) + 1] >>> 32);
    }

    void next(int packet, int next) {
        int at = (packet << SHIFT) + 1;
        words[at] = words[at] & LOW | (long) next << 32;
    }

    public long message(int packet) {
        return words[(packet << SHIFT) + 2];
    }

    public int offset(int packet) {
        return (int) words[(packet << SHIFT) + 3];
    }

    public int length(int packet) {
        return (int) (words[(packet << SHIFT) + 3] >>> 32);
    }

    public long value(int packet) {
        return words[(packet << SHIFT) + 4];
    }

    public long timePs(int packet) {
        return words[(packet << SHIFT) + 5];
    }

    /** {@return packets that are under way} */
    public int live() {
        return made - freeCount;
    }
}
