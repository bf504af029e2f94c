package org.millrace.net;

import java.util.ArrayDeque;

/** One entry of the neighbour table. Owned by the data path's thread. */
final class Neighbour {
    /** What is known. */
    enum State {
        /** Asked for the first time: no MAC address yet. */
        INCOMPLETE,
        /** It has answered not long ago. */
        REACHABLE,
        /** The answer has become old: asked again, the old one in use meanwhile. */
        PROBING
    }

    final int address;
    final ArrayDeque<byte[]> pending = new ArrayDeque<>(0);
    State state = State.INCOMPLETE;
    long mac = NeighbourTable.UNRESOLVED;
    long deadlineNs;
    long lastUsedNs;
    int requests;
    /** Whether anything was ever sent to it: if not, it only introduced itself. */
    boolean used;

    Neighbour(int address) {
        this.address = address;
    }
}
