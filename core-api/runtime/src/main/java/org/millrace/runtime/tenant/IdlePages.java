package org.millrace.runtime.tenant;

/**
 * Gives the pages of receive rings back once a connection has been idle for {@value #IDLE_NS} ns (at most twice that).
 *
 * <p>DESIGN NOTES. Nobody may be using what is dropped. The data path is the only one that writes a receive ring, and does
 * so on this thread. The application reads only what it was told of and has not consumed. So a ring is dropped when by
 * the data path's own books the application holds nothing, nothing is still to be told, and nothing lies behind a hole:
 * the furthest byte ever written is the last one announced. A transmit ring is the application's to write at any moment
 * before it says so; only the application can return its pages, and {@code Descriptor.IDLE} asks it to.
 *
 * <p>A connection is looked at only after it has received something, so idle connections cost nothing and an idle system
 * is woken at most twice for them.
 *
 * <p>Owned by: the data-path thread.
 */
public final class IdlePages {
    /** Of a slot: not looked at; idle since the last lap; busy since the last lap. */
    static final int COLD = 0;
    static final int COOLING = 1;
    static final int WARM = 2;

    static final long IDLE_NS = 5_000_000_000L;
    private static final long STEP_NS = 1_000_000;
    private static final int SLOTS_A_STEP = 32;

    private final NumberQueue looked = new NumberQueue();
    private final Counters counters;
    private long nextNs;
    private long nextLapNs = Long.MIN_VALUE;
    private int left;

    public IdlePages(Counters counters) {
        this.counters = counters;
    }

    /** Something has happened in a connection's buffers. */
    void used(AppContext context, int slot) {
        int warmth = context.slots.warmth(slot);
        if (warmth != WARM) {
            if (warmth == COLD) {
                looked.add((long) context.number << 32 | slot);
            }
            context.slots.warmth(slot, WARM);
        }
    }

    /** Looks at some connections if it is time. Answers when it wants to be called again at the latest. */
    public long advance(ContextTable contexts, long nowNs) {
        if (left == 0 && nowNs >= nextLapNs) {
            left = looked.size();
            nextNs = nowNs;
        }
        if (left > 0 && nowNs >= nextNs) {
            for (int i = 0; i < SLOTS_A_STEP && left > 0; i++, left--) {
                look(contexts, looked.take());
            }
            nextNs = nowNs + STEP_NS;
            nextLapNs = nowNs + IDLE_NS;
        }
        return left > 0 ? nextNs : looked.size() > 0 ? nextLapNs : Long.MAX_VALUE;
    }

    private void look(ContextTable contexts, long entry) {
        AppContext context = contexts.find((int) (entry >>> 32));
        int slot = (int) entry;
        if (context == null || slot >= context.slots.count() || context.slots.warmth(slot) == COLD) {
            return;
        }
        if (context.slots.warmth(slot) == WARM) {
            context.slots.warmth(slot, COOLING);
            looked.add(entry);
        } else {
            context.slots.warmth(slot, COLD);
            counters.returnedBytes += context.idle(slot);
        }
    }
}
