package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;

/**
 * The last stage: the priority of what is sent, and which responses it acknowledges beside. A response is acknowledged with
 * the next DATA to its sender, with others once there are {@value HomaFormats#MOST_ACKS} more, or when the sender asks.
 */
public final class Peer implements Stage<HomaMeta, PeerState> {
    /** Digest: a peer that nothing was known of. */
    public static final int NEW = 1;
    /** Digest: a peer that goes by other cut-offs than this host's. */
    public static final int STALE = 2;
    /** Digest of {@link Rpc}: an RPC has failed for the peer's silence. */
    public static final int TIMED_OUT = 4;
    /** Version of this host's cut-offs. */
    public static final int CUTOFF_VERSION = 1;

    /** The highest priority as a code point: the upper three bits of the IP header's type of service. */
    static final int HIGHEST = 7 << 3;

    private static final StageSpec<PeerState> SPEC = new StageSpec<>("peer", StageSpec.Key.FLOW,
        StageSpec.Concurrency.FLOW_ATOMIC, PeerState::new, List.of());
    /** What a new peer's DATA goes at, of any length. */
    private static final int FIRST_PRIORITY = 6;

    private final int nobody;

    Peer(int nobody) {
        this.nobody = nobody;
    }

    @Override
    public StageSpec<PeerState> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, PeerState state, long nowNs) {
        if (state.address() != meta.peerAddress()) {
            meet(meta, state);
        }
        boolean isStale = meta.workflow() == Workflow.RX.ordinal() && meta.payloadLength() != 0
            && meta.cutoffVersion() != CUTOFF_VERSION;
        if (isStale) {
            meta.digest(meta.digest() | STALE);
        }
        if (meta.finished() != 0) {
            finished(meta, state);
        }
        long attention = meta.digest() == 0 ? 0 : Verdict.DIGEST;
        return meta.sends() == 0 ? Verdict.DONE | attention : emit(meta, state) | attention;
    }

    private void meet(HomaMeta meta, PeerState state) {
        state.address(meta.peerAddress());
        state.ackCount(0);
        state.cutoffVersion(0);
        for (int i = 0; i < HomaFormats.PRIORITIES; i++) {
            state.cutoff(i, i == FIRST_PRIORITY ? Integer.MAX_VALUE : 0);
        }
        if (meta.flow() != nobody) {
            meta.digest(meta.digest() | NEW);
        }
    }

    /** The RPC is in the metadata as its server's packet named it. */
    private static void finished(HomaMeta meta, PeerState state) {
        int count = state.ackCount();
        meta.idLow(meta.idLow() & ~1);
        if (count < HomaFormats.MOST_ACKS) {
            state.ackIdHigh(count, meta.idHigh());
            state.ackIdLow(count, meta.idLow());
            state.ackPort(count, meta.peerPort());
            state.ackCount(count + 1);
            return;
        }
        meta.type(HomaFormats.ACK);
        meta.sends(1);
    }

    private static long emit(HomaMeta meta, PeerState state) {
        state.used(1);
        meta.ecn(0);
        if (meta.type() == HomaFormats.DATA) {
            meta.cutoffVersion(state.cutoffVersion());
            acknowledge(meta, state, 1);
            meta.dscp((meta.unscheduled() == 0 ? meta.priority() & 7 : unscheduled(meta, state)) << 3);
        } else {
            if (meta.type() == HomaFormats.ACK) {
                acknowledge(meta, state, HomaFormats.MOST_ACKS);
            }
            meta.dscp(HIGHEST);
        }
        return Verdict.EMIT;
    }

    private static void acknowledge(HomaMeta meta, PeerState state, int most) {
        int count = 0;
        for (int i = 0; i < HomaFormats.MOST_ACKS; i++) {
            int last = state.ackCount() - 1;
            if (i < most && last >= 0) {
                meta.ackIdHigh(i, state.ackIdHigh(last));
                meta.ackIdLow(i, state.ackIdLow(last));
                meta.ackPort(i, state.ackPort(last));
                state.ackCount(last);
                count++;
            }
        }
        meta.ackCount(count);
    }

    private static int unscheduled(HomaMeta meta, PeerState state) {
        int priority = 0;
        for (int i = 0; i < HomaFormats.PRIORITIES; i++) {
            if (state.cutoff(i) >= meta.messageLength()) {
                priority = i;
            }
        }
        return priority;
    }
}
