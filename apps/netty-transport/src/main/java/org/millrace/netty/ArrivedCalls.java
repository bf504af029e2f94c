package org.millrace.netty;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Numbered requests in order, whatever order they come in, within a window. Owned by: the stream's loop. */
final class ArrivedCalls {
    /**
     * A request without its response.
     *
     * @param number of the request
     * @param at     where it lies
     * @param bytes  what is still to be read of it
     * @param isEnd  no others follow
     */
    record Arrived(int number, long at, ByteBuffer bytes, boolean isEnd) {
    }

    private final Arrived[] ring;
    private int next;
    private boolean ended;

    /** @param window how many there are at most, a power of two */
    ArrivedCalls(int window) {
        ring = new Arrived[window];
    }

    /** {@return whether one was passed already} */
    boolean isPast(int index) {
        return index - next < 0;
    }

    /** Keeps one. Answers false if it is beyond the window, its place is taken, or the end was before it. */
    boolean add(int index, int number, long at, ByteBuffer bytes, boolean isEnd) {
        int place = index & ring.length - 1;
        if (index - next >= ring.length || ring[place] != null || ended) {
            return false;
        }
        ring[place] = new Arrived(number, at, bytes, isEnd);
        return true;
    }

    /** {@return the one whose turn it is, or null} */
    Arrived first() {
        return ring[next & ring.length - 1];
    }

    /** The first was read. */
    void pass() {
        ended |= first().isEnd();
        ring[next++ & ring.length - 1] = null;
    }

    /** {@return whether the end was passed} */
    boolean isEnded() {
        return ended;
    }

    /** The end has come, though others before it were not passed. */
    void end() {
        ended = true;
    }

    /** {@return those that there are, which are forgotten} */
    List<Arrived> clear() {
        List<Arrived> all = new ArrayList<>();
        for (int i = 0; i < ring.length; i++) {
            if (ring[i] != null) {
                all.add(ring[i]);
                ended |= ring[i].isEnd();
                ring[i] = null;
            }
        }
        return all;
    }
}
