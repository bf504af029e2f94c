package org.millrace.toe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.millrace.memory.Addresses;

/**
 * The lengths and senders of unread messages, oldest first. Bounded: empty messages cost no payload buffer, so nothing
 * else would stop them. A dropped message leaves its bytes as dead ones behind the newest that was kept.
 *
 * <p>Owned by: the Toe's thread.
 */
final class Inbox {
    /** Most unread messages. */
    static final int CAPACITY = 16384;
    private static final int STRIDE = 4;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    // Per message: length and port; dead bytes behind it; 16 address bytes as two little-endian longs.
    private long[] words = new long[16 * STRIDE];
    private int head;
    private int count;
    private long dropped;
    private final MemorySegment address = MemorySegment.ofArray(new byte[16]);
    private long lastLow;
    private long lastHigh;
    private InetSocketAddress last;

    boolean isEmpty() {
        return count == 0;
    }

    int length() {
        return (int) words[head];
    }

    /** {@return bytes of dropped messages behind the oldest} */
    long dead() {
        return words[head + 1];
    }

    long dropped() {
        return dropped;
    }

    /** {@return the oldest message's sender; the same object as long as the sender is the same} */
    InetSocketAddress sender() {
        long low = words[head + 2];
        long high = words[head + 3];
        int port = (int) (words[head] >>> 32);
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

    void add(int length, long addressLow, long addressHigh, int port) {
        if (count == CAPACITY) {
            dropped++;
            words[(head + (count - 1) * STRIDE & words.length - 1) + 1] += length;
            return;
        }
        if (count * STRIDE == words.length) {
            grow();
        }
        int at = head + count++ * STRIDE & words.length - 1;
        words[at] = (long) port << 32 | length;
        words[at + 1] = 0;
        words[at + 2] = addressLow;
        words[at + 3] = addressHigh;
    }

    private void grow() {
        long[] larger = Arrays.copyOf(words, 2 * words.length);
        System.arraycopy(words, head, larger, 0, words.length - head);
        System.arraycopy(words, 0, larger, words.length - head, head);
        words = larger;
        head = 0;
    }
}
