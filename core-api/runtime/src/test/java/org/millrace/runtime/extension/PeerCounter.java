package org.millrace.runtime.extension;

import java.util.List;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** Counts each application's segments, and those of each of its peers. */
public final class PeerCounter implements StageExtension, Stage<SegmentMeta, PeerCounter.Counts> {
    private static final StageSpec<Counts> SPEC = new StageSpec<>("peer-counter", StageSpec.Key.CONTEXT,
        StageSpec.Concurrency.FLOW_ATOMIC, Counts::new, List.of());

    /** What has come for one application. */
    public static final class Counts extends State {
        private static final int PEERS = 256;

        int segments() {
            return i32(0);
        }

        void count() {
            add(0, 1);
        }

        int fromPeer(int hash) {
            return i32(4, PEERS, hash);
        }

        void fromPeer(int hash, int v) {
            i32(4, PEERS, hash, v);
        }
    }

    @Override
    public String name() {
        return "peer-counter";
    }

    @Override
    public StagePoint point() {
        return StagePoint.last(Workflow.RX);
    }

    @Override
    public Stage<SegmentMeta, ?> stage() {
        return this;
    }

    @Override
    public StageSpec<Counts> spec() {
        return SPEC;
    }

    @Override
    public long process(SegmentMeta meta, Counts counts, long nowNs) {
        int hash = meta.peerAddress() * 0x9e3779b1 >>> 24;
        counts.count();
        counts.fromPeer(hash, counts.fromPeer(hash) + 1);
        return Verdict.NEXT;
    }
}
