package org.millrace.memory;

import java.util.Arrays;

/**
 * Reserves ranges of a payload buffer that are given back in any order. A range is a power of two of bytes, at least one
 * {@linkplain #blockBytes block}, aligned to its size, and therefore contiguous: a message in it is one span.
 *
 * <p>DESIGN NOTES. A binary buddy system in one byte a node: node 1 is the whole buffer, nodes {@code 2n} and {@code 2n + 1}
 * are the halves of node n, and each byte is one more than the order of the largest free range below it, 0 if there is
 * none. Reserving walks down and releasing up, so both cost at most one step for each doubling of the buffer's size, and
 * neither allocates. A reserved node holds 0 while the nodes below it still say that they are free whole: that tells the
 * node that was reserved when a position is given back.
 *
 * <p>Owned by: one thread.
 */
public final class BlockPool {
    /** {@link #reserve}, {@link #release}: there is no such range. */
    public static final int NONE = -1;

    private static final int LEAST_BLOCK = 256;
    private static final int MOST_BLOCKS_SHIFT = 12;

    private final byte[] largest;
    private final int shift;
    private final int blocks;
    private final int order;
    private int reservedBytes;
    private int ranges;

    /**
     * A pool of which nothing is reserved.
     *
     * @param bytes the buffer's size, a power of two, at least 256
     */
    public BlockPool(int bytes) {
        if (Integer.bitCount(bytes) != 1 || bytes < LEAST_BLOCK) {
            throw new IllegalArgumentException(bytes + " bytes, allowed is a power of two from " + LEAST_BLOCK + " on");
        }
        shift = Integer.numberOfTrailingZeros(blockBytes(bytes));
        blocks = bytes >>> shift;
        order = Integer.numberOfTrailingZeros(blocks);
        largest = new byte[2 * blocks];
        clear();
    }

    /**
     * {@return least size of a range: 256 bytes, or a 4096th of the buffer, so that a pool is at most 8 KiB itself}
     *
     * @param bytes the buffer's size, a power of two
     */
    public static int blockBytes(int bytes) {
        return Math.max(LEAST_BLOCK, bytes >>> MOST_BLOCKS_SHIFT);
    }

    /** {@return how many ranges there can be at most} */
    public int blocks() {
        return blocks;
    }

    /** Gives everything back. */
    public void clear() {
        for (int level = 0; level <= order; level++) {
            Arrays.fill(largest, 1 << level, 2 << level, (byte) (order - level + 1));
        }
        reservedBytes = 0;
        ranges = 0;
    }

    /**
     * Reserves a range.
     *
     * @param bytes its least size; 0 takes one block
     * @return where it begins, from the buffer's start, or {@link #NONE} if no free range is large enough
     */
    public int reserve(int bytes) {
        int wanted = orderOf(bytes);
        if (bytes < 0 || wanted >= largest[1]) {
            return NONE;
        }
        int node = 1;
        for (int at = order; at > wanted; at--) {
            node *= 2;
            if (largest[node] <= wanted || largest[node + 1] > wanted && largest[node + 1] < largest[node]) {
                node++; // of two that will do the smaller: large ranges stay whole
            }
        }
        largest[node] = 0;
        spread(node);
        reservedBytes += 1 << wanted + shift;
        ranges++;
        return (node << wanted) - blocks << shift;
    }

    /**
     * Gives a range back.
     *
     * @param position where it begins
     * @return its size, bytes, or {@link #NONE} if nothing that begins there is reserved
     */
    public int release(int position) {
        int size = size(position);
        if (size == NONE) {
            return NONE;
        }
        int freed = Integer.numberOfTrailingZeros(size >>> shift);
        int node = blocks + (position >>> shift) >>> freed;
        largest[node] = (byte) (freed + 1);
        spread(node);
        reservedBytes -= size;
        ranges--;
        return size;
    }

    /**
     * {@return size of the reserved range that begins at a position, bytes, or {@link #NONE} if there is none}
     *
     * @param position from the buffer's start, any number
     */
    public int size(int position) {
        int block = position >> shift;
        if (position < 0 || block >= blocks || block << shift != position) {
            return NONE;
        }
        int node = blocks + block;
        for (int at = 0; at <= order; at++, node >>>= 1) {
            if (largest[node] == 0) {
                return node << at == blocks + block && isWholeBelow(node, at) ? 1 << at + shift : NONE;
            }
        }
        return NONE;
    }

    /** {@return bytes of the reserved ranges} */
    public int reservedBytes() {
        return reservedBytes;
    }

    /** {@return how many ranges are reserved} */
    public int ranges() {
        return ranges;
    }

    /** A node without a free range is reserved itself if its halves are whole, and full of others if they are not. */
    private boolean isWholeBelow(int node, int at) {
        return at == 0 || largest[2 * node] == at && largest[2 * node + 1] == at;
    }

    private void spread(int from) {
        int at = order - (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(from));
        for (int node = from >>> 1; node > 0; node >>>= 1) {
            at++;
            int left = largest[2 * node];
            int right = largest[2 * node + 1];
            largest[node] = (byte) (left == at && right == at ? at + 1 : Math.max(left, right));
        }
    }

    private int orderOf(int bytes) {
        int wanted = Math.max(bytes, 1) - 1 >>> shift;
        return Integer.SIZE - Integer.numberOfLeadingZeros(wanted);
    }
}
