package org.millrace.toe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.millrace.memory.Addresses;

/**
 * Unread messages, oldest first. Bounded: each has a block of the receive buffer, an empty one too.
 *
 * <p>Owned by: the Toe's thread.
 */
final class Inbox {
    private static final int STRIDE = 4;
    private static final int PORT = 32;
    private static final int KIND = 48;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int capacity;
    // Per message: length, port and kind; position and number; 16 address bytes as two little-endian longs.
    private long[] words = new long[16 * STRIDE];
    private int head;
    private int count;
    private final MemorySegment address = MemorySegment.ofArray(new byte[16]);
    private long lastLow;
    private long lastHigh;
    private InetSocketAddress last;

    /** @param capacity most messages */
    Inbox(int capacity) {
        this.capacity = capacity;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int size() {
        return count;
    }

    int length() {
        return (int) words[head];
    }

    /** {@return where the oldest begins in the receive buffer} */
    int position() {
        return (int) words[head + 1];
    }

    /** {@return the oldest message's number} */
    int number() {
        return (int) (words[head + 1] >>> Integer.SIZE);
    }

    /** {@return the oldest message's kind} */
    int kind() {
        return (int) (words[head] >>> KIND);
    }

    /** {@return the oldest message's sender; the same object as long as the sender is the same} */
    InetSocketAddress sender() {
        long low = words[head + 2];
        long high = words[head + 3];
        int port = (int) (words[head] >>> PORT) & 0xffff;
        if (last == null || low != lastLow || high != lastHigh || port != last.getPort()) {
            address.set(WORD, 0, low);
            address.set(WORD, 8, high);
            last = new InetSocketAddress(Addresses.read(address, 0), port);
            lastLow = low;
            lastHigh = high;
        }
        return last;
    }

    void next() {
        head = head + STRIDE & words.length - 1;
        count--;
    }

    /** {@return false if there cannot be one more} */
    boolean add(int position, int length, int number, int kind, long addressLow, long addressHigh, int port) {
        if (count == capacity) {
            return false;
        }
        if (count * STRIDE == words.length) {
            grow();
        }
        int at = head + count++ * STRIDE & words.length - 1;
        words[at] = (long) kind << KIND | (long) port << PORT | length;
        words[at + 1] = (long) number << Integer.SIZE | position;
        words[at + 2] = addressLow;
        words[at + 3] = addressHigh;
        return true;
    }

    private void grow() {
        long[] larger = Arrays.copyOf(words, 2 * words.length);
        System.arraycopy(words, head, larger, 0, words.length - head);
        System.arraycopy(words, 0, larger, words.length - head, head);
        words = larger;
        head = 0;
    }
}
