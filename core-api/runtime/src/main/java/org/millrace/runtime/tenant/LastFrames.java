package org.millrace.runtime.tenant;

import java.util.Arrays;

/**
 * Which frame of the batch that is being filled is the last one of its flow, of those without payload. Direct-mapped and
 * small: a flow that another one has pushed out is not known, then each of its frames is sent.
 *
 * <p>Owned by: the data-path thread.
 */
final class LastFrames {
    static final int NONE = -1;
    private static final int SIZE = 64;
    private static final int PROTOCOL_SHIFT = 32;

    /** Protocol and flow; 0: nobody. */
    private final long[] owner = new long[SIZE];
    private final int[] frame = new int[SIZE];
    private final int[] replaced = new int[SIZE];
    private boolean isUsed;

    private static long owner(int protocol, int flow) {
        return (long) protocol << PROTOCOL_SHIFT | flow;
    }

    /** {@return the flow's last frame, or {@link #NONE}} */
    int of(int protocol, int flow) {
        int at = flow & SIZE - 1;
        return owner[at] == owner(protocol, flow) ? frame[at] : NONE;
    }

    /** {@return how many frames the flow's last one has taken the place of} */
    int replaced(int flow) {
        return replaced[flow & SIZE - 1];
    }

    /** The flow's last frame has taken the place of one more. */
    void replacedOneMore(int flow) {
        replaced[flow & SIZE - 1]++;
    }

    /** A flow has a new last frame. */
    void note(int protocol, int flow, int index) {
        int at = flow & SIZE - 1;
        owner[at] = owner(protocol, flow);
        frame[at] = index;
        replaced[at] = 0;
        isUsed = true;
    }

    /** What was a flow's last frame is to be sent as it is. */
    void forget(int protocol, int flow) {
        int at = flow & SIZE - 1;
        if (owner[at] == owner(protocol, flow)) {
            owner[at] = 0;
        }
    }

    /** So is everybody's. */
    void forgetAll() {
        if (isUsed) {
            Arrays.fill(owner, 0);
            isUsed = false;
        }
    }
}
