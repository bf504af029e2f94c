package org.millrace.benchmarks;

/**
 * In which order flows have their turn: one after the other, or at random, drawn anew each time round so that nothing can
 * learn it. Within a batch no flow comes twice. Costs a few nanoseconds a flow, which the harness has too.
 */
final class FlowOrder {
    private final int[] flows;
    private final boolean random;
    private long seed = 0x9e37_79b9_7f4a_7c15L;
    private int next;

    FlowOrder(int count, boolean random) {
        this.random = random;
        flows = new int[count];
        for (int i = 0; i < count; i++) {
            flows[i] = i;
        }
    }

    /** {@return where the next batch begins} */
    int nextBatch() {
        int first = next;
        next = (next + EchoSubject.BATCH) % flows.length;
        if (random) {
            draw(first);
        }
        return first;
    }

    private void draw(int first) {
        for (int i = first; i < first + EchoSubject.BATCH; i++) {
            seed ^= seed << 13;
            seed ^= seed >>> 7;
            seed ^= seed << 17;
            int other = i + (int) ((seed >>> 32) * (flows.length - i) >>> 32);
            int flow = flows[other];
            flows[other] = flows[i];
            flows[i] = flow;
        }
    }

    /** {@return a flow, from 0} */
    int flow(int i) {
        return flows[i];
    }
}
