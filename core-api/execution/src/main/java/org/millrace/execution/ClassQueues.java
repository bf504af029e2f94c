package org.millrace.execution;

import java.util.Arrays;
import org.millrace.api.pipeline.FlowShares;

/**
 * Flows that may send, by class: deficit round robin (Shreedhar and Varghese, SIGCOMM 1995) among the classes that have some, round
 * robin among the flows of a class. A turn of a class is {@value #TURN_BYTES} bytes for each of its weight. A class that has had
 * nothing to send comes before those that always have, for one turn (RFC 8290 §4.2), so that an answer waits for nothing but what is
 * being sent; and all together send {@value #ROUND_BYTES} bytes in a round, for that is what an answer waits for that comes then.
 *
 * <p>DESIGN NOTES. How much a flow's turn takes is known when its item has come to its end, and several may be inside the machine:
 * each is taken for as much as the last of its class had, and set right then. So a turn may be overdrawn, by one item or what a machine
 * takes in; a class pays that back before it has a turn again, and a class in debt is none that has had nothing to send. Headers count,
 * lest small segments be for nothing.
 *
 * <p>Owned by: data-path thread.
 */
final class ClassQueues {
    static final int TURN_BYTES = 16 << 10;
    static final int ROUND_BYTES = 16 << 10;
    static final int LONE_ROUND_BYTES = 128 << 10;
    static final int HEADER_BYTES = 66; // Ethernet, IPv4, TCP with timestamps
    /** What an item costs beside its bytes, in those of a round. */
    static final int ITEM_BYTES = 1 << 10;

    private static final int IDLE = 0;
    private static final int FRESH = 1;
    private static final int BUSY = 2;

    /** Classes in the order of their turns. */
    private final class Order {
        private final int state;
        private int first = NONE;
        private int last = NONE;

        Order(int state) {
            this.state = state;
        }

        void add(int number) {
            states[number] = (byte) state;
            following[number] = NONE;
            if (first == NONE) {
                first = number;
            } else {
                following[last] = number;
            }
            last = number;
        }

        int take() {
            int number = first;
            first = following[number];
            states[number] = IDLE;
            return number;
        }
    }

    private static final int NONE = -1;

    private final FlowShares shares;
    private final Order fresh = new Order(FRESH);
    private final Order busy = new Order(BUSY);

    /** By flow: the next one of its class, 0: none; the class in whose turn it was taken last. */
    private final int[] next;
    private final int[] taken;

    /** By class: its flows, where it stands and which class follows it there. */
    private final int[] heads;
    private final int[] tails;
    private final byte[] states;
    private final int[] following;
    /** By class: what is left of its turn; what its last item had; how many items are inside, and for how much they are taken. */
    private final long[] credit;
    private final int[] typical;
    private final int[] inside;
    private final long[] presumed;

    /** By class: the cycle in which it has had its last turn. */
    private final int[] cycles;

    private int size;
    private int cycle;
    private long roundLeft;

    ClassQueues(int flows, FlowShares shares) {
        this.shares = shares;
        next = new int[flows + 1];
        taken = new int[flows + 1];
        int classes = shares.classes();
        heads = new int[classes];
        tails = new int[classes];
        states = new byte[classes];
        following = new int[classes];
        credit = new long[classes];
        typical = new int[classes];
        Arrays.fill(typical, HEADER_BYTES);
        inside = new int[classes];
        cycles = new int[classes];
        Arrays.fill(cycles, -1);
        presumed = new long[classes];
    }

    boolean isEmpty() {
        return size == 0;
    }

    void round() {
        roundLeft = shares.areContended() ? ROUND_BYTES : LONE_ROUND_BYTES;
    }

    /** Queues a flow that is in no queue. */
    void add(int flow) {
        int number = shares.classOf(flow);
        next[flow] = 0;
        if (heads[number] == 0) {
            heads[number] = flow;
        } else {
            next[tails[number]] = flow;
        }
        tails[number] = flow;
        size++;
        if (states[number] == IDLE) {
            if (credit[number] >= 0 && (cycles[number] != cycle || busy.first == NONE)) {
                credit[number] = 0;
                refill(number);
            }
            (credit[number] > 0 ? fresh : busy).add(number);
        }
    }

    /** A class has its next turn; when one has it that has had it in this cycle, the next cycle begins. */
    private void refill(int number) {
        cycle += cycles[number] == cycle ? 1 : 0;
        cycles[number] = cycle;
        credit[number] += (long) TURN_BYTES * shares.weight(number);
    }

    /** {@return the flow whose turn it is, which is in no queue then; 0: none, or the round is over} */
    int take() {
        while (roundLeft > 0 && size > 0) {
            Order order = fresh.first != NONE ? fresh : busy;
            int number = order.first;
            if (heads[number] == 0) {
                order.take();
            } else if (credit[number] <= 0) {
                order.take();
                refill(number);
                busy.add(number);
            } else {
                roundLeft -= order == busy ? ITEM_BYTES : 0;
                return take(number);
            }
        }
        return 0;
    }

    private int take(int number) {
        int flow = heads[number];
        heads[number] = next[flow];
        size--;
        taken[flow] = number;
        inside[number]++;
        presumed[number] += typical[number];
        credit[number] -= typical[number];
        roundLeft -= typical[number];
        return flow;
    }

    /** The end of an item of a flow that was taken. */
    void sent(int flow, int payloadBytes) {
        int number = taken[flow];
        if (inside[number] == 0) {
            return; // taken before there were classes
        }
        int bytes = payloadBytes == 0 ? 0 : payloadBytes + HEADER_BYTES;
        long presumedBytes = presumed[number] / inside[number]--;
        presumed[number] -= presumedBytes;
        credit[number] += presumedBytes - bytes;
        roundLeft += presumedBytes - bytes;
        if (bytes != 0) {
            typical[number] = bytes;
        }
    }
}
