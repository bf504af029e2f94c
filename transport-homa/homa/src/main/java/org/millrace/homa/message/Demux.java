package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.homa.wire.HomaFormats;
import org.millrace.homa.wire.HomaMeta;

/**
 * RX: finds socket, RPC and peer of a packet. A server knows an RPC by the client's address, its own port and the id, for an
 * ACK does not tell the client's port; a client by its port and the id. Of RPCs that are not known, DATA of a client makes
 * one, a RESEND is answered with RPC_UNKNOWN and a NEED_ACK with ACK; the rest is dropped.
 */
final class Demux implements Stage<HomaMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("demux", List.of(FlowLookup.class, KeyTable.class));
    private static final long UNKNOWN = Verdict.drop(DropReason.UNKNOWN_MESSAGE.code());

    private final Tables tables;
    private final FlowLookup sockets;
    private final int packetBytes;

    Demux(Tables tables, FlowLookup sockets, int packetBytes) {
        this.tables = tables;
        this.sockets = sockets;
        this.packetBytes = packetBytes;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, State.None state, long nowNs) {
        meta.flow(sockets.lookupLocal(meta));
        if (meta.flow() == 0) {
            return Verdict.drop(DropReason.NO_FLOW.code());
        }
        meta.peer(tables.peer(meta.peerAddress()));
        boolean fromServer = (meta.idLow() & 1) != 0;
        meta.rpc(fromServer ? tables.call(meta.localPort(), meta.idHigh(), meta.idLow() & ~1)
            : tables.request(meta.peerAddress(), meta.localPort(), meta.idHigh(), meta.idLow()));
        return meta.rpc() != 0 ? Verdict.NEXT : unknown(meta, fromServer);
    }

    private long unknown(HomaMeta meta, boolean fromServer) {
        return switch (meta.type()) {
            case HomaFormats.DATA -> fromServer ? UNKNOWN : begin(meta); // a response that came once more
            case HomaFormats.RESEND -> answer(meta, HomaFormats.RPC_UNKNOWN);
            case HomaFormats.NEED_ACK -> fromServer ? answer(meta, HomaFormats.ACK) : UNKNOWN;
            case HomaFormats.ACK -> others(meta);
            default -> UNKNOWN;
        };
    }

    /** Only servers have ports below 0x8000. One that has no RPC left says so: its client begins again later. */
    private long begin(HomaMeta meta) {
        if (meta.localPort() >= 0x8000) {
            return UNKNOWN;
        }
        boolean isShort = meta.messageLength() <= packetBytes;
        meta.rpc(tables.begin(isShort, meta.peerAddress(), meta.localPort(), meta.idHigh(), meta.idLow()));
        if (meta.rpc() == 0) {
            meta.discard(DropReason.FLOWS_FULL.code());
            return answer(meta, HomaFormats.BUSY);
        }
        meta.peer(tables.meet(meta.peerAddress())); // who is met is told to the control plane, which forgets it again
        return Verdict.NEXT;
    }

    private long answer(HomaMeta meta, int type) {
        meta.type(type);
        meta.idLow(meta.idLow() ^ 1);
        meta.ackCount(0);
        meta.dscp(Peer.HIGHEST);
        meta.ecn(0);
        meta.flow(meta.peer());
        return Verdict.EMIT;
    }

    /** The RPC that an ACK is of is freed already; those that it names beside may not be. */
    private static long others(HomaMeta meta) {
        return meta.ackCount() == 0 ? UNKNOWN : UNKNOWN | Verdict.mirror(Again.ACKED);
    }
}
