package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaMeta;

/**
 * Which incoming messages may be granted more: those of which least is still to come, a few at once so that the link is busy
 * though a sender has others to serve, one of each peer as long as others wait; and now and then the oldest.
 *
 * <p>DESIGN NOTES. A message that arrives passes here after its RPC, one that is to be granted before it: the RPC alone knows
 * what has been received, and sends the GRANT. What all may have on the way at once is bounded by the window, which is the
 * host's share of each active message.
 */
public final class Grants implements Stage<HomaMeta, GrantState> {
    /** {@link HomaMeta#scheduled}: the first of it has arrived. */
    static final int FIRST = 1;
    /** {@link HomaMeta#scheduled}: more of it has. */
    static final int MORE = 2;
    /** {@link HomaMeta#scheduled}: it is complete, or given up. */
    static final int ENDS = 3;

    private static final int MOST = 8;
    private static final int NONE = -1;
    private static final StageSpec<GrantState> SPEC = new StageSpec<>("grants", StageSpec.Key.MESSAGE,
        StageSpec.Concurrency.FLOW_ATOMIC, GrantState::new, List.of(PriorityQueue.class));

    private final PriorityQueue waiting;
    private final PriorityQueue oldest;
    private final PriorityQueue urgent;
    private final Profile profile;
    private final int fifoEvery;
    private final int[] windows = new int[2 * MOST];

    Grants(Externs externs, PriorityQueue urgent, Profile profile) {
        waiting = externs.priorityQueue();
        oldest = externs.priorityQueue();
        this.urgent = urgent;
        this.profile = profile;
        fifoEvery = profile.fifoPerMille() == 0 ? Integer.MAX_VALUE : profile.fifoBytes() * 1000 / profile.fifoPerMille();
        for (int active = 0; active <= MOST; active++) {
            windows[active] = profile.windowBytes() == 0 ? profile.mostIncoming() / (active + 1) : profile.windowBytes();
        }
    }

    @Override
    public StageSpec<GrantState> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, GrantState state, long nowNs) {
        if (meta.workflow() == Workflow.TX.ordinal()) {
            allow(meta, state, nowNs);
            meta.flow(meta.rpc());
            return Verdict.NEXT;
        }
        if (meta.scheduled() == ENDS) {
            oldest.remove(meta.rpc());
            remove(state, meta.rpc(), nowNs);
        } else if (meta.scheduled() != 0) {
            arrived(meta, state, nowNs);
        }
        meta.flow(meta.peer());
        return Verdict.NEXT;
    }

    private void arrived(HomaMeta meta, GrantState state, long nowNs) {
        if (meta.scheduled() == FIRST) {
            state.births(state.births() + 1 & Integer.MAX_VALUE);
            oldest.submit(meta.rpc(), state.births());
        }
        share(meta, state, nowNs);
        int place = place(meta, state);
        if (place == NONE) {
            waiting.submit(meta.rpc(), meta.remaining());
            return;
        }
        waiting.remove(meta.rpc());
        put(state, place, meta.rpc(), meta.remaining(), meta.peerAddress());
        urgent.submit(meta.rpc(), 0);
    }

    /** Every so many bytes it is the oldest message's turn. */
    private void share(HomaMeta meta, GrantState state, long nowNs) {
        state.fifoBytes(state.fifoBytes() + meta.payloadLength());
        if (state.fifoBytes() >= fifoEvery) {
            state.fifoBytes(0);
            state.fifo(oldest.next(nowNs));
            if (state.fifo() != 0) {
                oldest.submit(state.fifo(), 0);
                urgent.submit(state.fifo(), 0);
            }
        }
    }

    /** {@return the message's place among the active ones, one that another has to leave for it, or NONE} */
    private int place(HomaMeta meta, GrantState state) {
        int own = find(state, meta.rpc());
        if (own != NONE) {
            return own;
        }
        int rival = rival(state, meta.peerAddress());
        if (rival == NONE && state.active() < profile.overcommitment()) {
            state.active(state.active() + 1);
            return state.active() - 1;
        }
        int longest = rival == NONE ? longest(state) : rival;
        if (state.remaining(longest) <= meta.remaining()) {
            return NONE;
        }
        waiting.submit(state.rpc(longest), state.remaining(longest));
        return longest;
    }

    private static int find(GrantState state, int rpc) {
        int found = NONE;
        for (int i = 0; i < MOST; i++) {
            if (i < state.active() && state.rpc(i) == rpc) {
                found = i;
            }
        }
        return found;
    }

    private static int rival(GrantState state, int peer) {
        int found = NONE;
        for (int i = 0; i < MOST; i++) {
            if (i < state.active() && state.peer(i) == peer) {
                found = i;
            }
        }
        return found;
    }

    private static int longest(GrantState state) {
        int found = 0;
        for (int i = 1; i < MOST; i++) {
            if (i < state.active() && state.remaining(i) > state.remaining(found)) {
                found = i;
            }
        }
        return found;
    }

    private static void put(GrantState state, int place, int rpc, int remaining, int peer) {
        state.rpc(place, rpc);
        state.remaining(place, remaining);
        state.peer(place, peer);
    }

    /** A message leaves; the shortest that waits takes its place, its size and sender to be known when more of it comes. */
    private void remove(GrantState state, int rpc, long nowNs) {
        waiting.remove(rpc);
        int place = find(state, rpc);
        if (place == NONE) {
            return;
        }
        int heir = waiting.next(nowNs);
        if (heir != 0) {
            put(state, place, heir, Integer.MAX_VALUE, 0);
            urgent.submit(heir, 0);
            return;
        }
        int last = state.active() - 1;
        put(state, place, state.rpc(last), state.remaining(last), state.peer(last));
        state.active(last);
    }

    private void allow(HomaMeta meta, GrantState state, long nowNs) {
        int place = find(state, meta.rpc());
        if (place != NONE) {
            meta.window(windows[state.active() & 2 * MOST - 1]);
            meta.priority(priority(state, rank(state, place)));
        }
        if (state.fifo() == meta.rpc()) {
            state.fifo(0);
            meta.window(meta.window() + profile.fifoBytes());
            meta.priority(profile.topScheduled());
        }
        if (place != NONE && state.remaining(place) <= meta.window()) {
            remove(state, meta.rpc(), nowNs); // all of it is granted with that
        }
    }

    private static int rank(GrantState state, int place) {
        int rank = 0;
        for (int i = 0; i < MOST; i++) {
            if (i < state.active() && state.remaining(i) < state.remaining(place)) {
                rank++;
            }
        }
        return rank;
    }

    /** The lowest priorities that tell the active messages apart, so that a new, shorter one finds a higher one free. */
    private int priority(GrantState state, int rank) {
        int priority = profile.topScheduled() - rank;
        int spare = profile.topScheduled() + 1 - state.active();
        if (priority < 0) {
            return 0;
        }
        return spare > 0 && priority - spare >= 0 ? priority - spare : priority;
    }
}
