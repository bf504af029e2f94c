package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaMeta;

/**
 * Copies: an RPC whose response has arrived, one for each that a packet names; and a message that takes grants no more
 * though nothing has arrived of it.
 */
final class Again implements Stage<HomaMeta, State.None> {
    /** Session: RPCs that a packet names as acknowledged. */
    static final int ACKED = 0;
    /** Session: an incoming message has ended. */
    static final int ENDED = 1;
    static final List<MirrorSession> SESSIONS = List.of(
        new MirrorSession(ACKED, Workflow.MIRROR, List.of("peerAddress", "peerPort", "ackCount", "ackIdHigh", "ackIdLow", "ackPort")),
        new MirrorSession(ENDED, Workflow.MIRROR, List.of("rpc", "scheduled")));

    private static final StageSpec<State.None> SPEC = StageSpec.stateless("again", List.of(KeyTable.class));

    private final Tables tables;
    private final int nobody;

    Again(Tables tables, int nobody) {
        this.tables = tables;
        this.nobody = nobody;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, State.None state, long nowNs) {
        if (meta.scheduled() != 0) {
            meta.flow(nobody);
            return Verdict.NEXT;
        }
        int last = meta.ackCount() - 1;
        meta.ackCount(last);
        meta.command(Call.ACKED);
        meta.rpc(tables.request(meta.peerAddress(), meta.ackPort(last), meta.ackIdHigh(last), meta.ackIdLow(last) & ~1));
        meta.flow(meta.rpc() == 0 ? nobody : meta.rpc());
        long more = last == 0 ? Verdict.NEXT : Verdict.mirror(ACKED);
        return meta.rpc() == 0 ? more | Verdict.drop(DropReason.UNKNOWN_MESSAGE.code()) : more;
    }
}
