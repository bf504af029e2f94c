package org.millrace.tcp.laminar.segment;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;

/** The connection table: action data by flow, for every workflow; its action adds the receive buffer's size to the
 * segment's end. Nothing here changes while segments pass. */
public final class ConnectionMatch implements Stage<LaminarMeta, Connection> {
    static final StageSpec<Connection> SPEC =
        StageSpec.perFlow("connection", StageSpec.Concurrency.STATELESS, Connection::new, List.of());

    @Override
    public StageSpec<Connection> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Connection c, long nowNs) {
        meta.localAddress(c.localAddress());
        meta.peerAddress(c.peerAddress());
        meta.localPort(c.localPort());
        meta.peerPort(c.peerPort());
        meta.context(c.context());
        meta.connection(c.connection());
        meta.firstReceived(c.firstReceived());
        meta.firstSent(c.firstSent());
        meta.windowStep(c.windowStep());
        meta.windowQuarter(c.windowQuarter());
        meta.windowMost(c.windowMost());
        meta.reach(meta.end() + c.receiveBytes());
        meta.mss(c.mss());
        meta.peerShift(c.peerShift());
        meta.shift(c.shift());
        meta.features(c.features());
        return Verdict.NEXT;
    }
}
