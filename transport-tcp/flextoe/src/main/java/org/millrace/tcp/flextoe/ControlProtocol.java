package org.millrace.tcp.flextoe;

import static org.millrace.tcp.flextoe.ProtocolState.CLOSED;
import static org.millrace.tcp.flextoe.ProtocolState.ECN_ECHO;
import static org.millrace.tcp.flextoe.ProtocolState.FIN_QUEUED;
import static org.millrace.tcp.flextoe.ProtocolState.OVERRIDE;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.TcpHeader;

/** The protocol stage on host control (§4.3.1.1): an application's bump (Win, Fin), or an operation of the control plane. */
final class ControlProtocol implements Stage<FlexMeta, ProtocolState> {
    @Override
    public StageSpec<ProtocolState> spec() {
        return ReceiveProtocol.SPEC;
    }

    @Override
    public long process(FlexMeta meta, ProtocolState s, long nowNs) {
        int seq = s.max();
        switch (meta.operation()) {
            case TcpProgram.RETRANSMIT -> {
                s.goBack();
            }
            case TcpProgram.PROBE -> {
                seq = s.una() - 1;                                              // below the window: must be answered
                meta.answer(1);
            }
            case TcpProgram.ACK -> meta.answer(1);
            case TcpProgram.CLOSE -> s.set(FIN_QUEUED | CLOSED);
            case TcpProgram.OVERRIDE -> s.set(OVERRIDE);
            case TcpProgram.FINISH -> s.set(FIN_QUEUED);
            case TcpProgram.KICK -> {
            }
            default -> bump(meta, s);
        }
        if (meta.answer() != 0) {
            meta.seq(seq);
            s.acknowledge(meta);
            meta.flags(TcpHeader.ACK | (s.has(ECN_ECHO) ? TcpHeader.ECE : 0));
        }
        int sendable = s.sendable();
        meta.sendable(sendable);
        if (sendable == 0 && s.ready() != 0 && s.max() == s.una()) {
            meta.digest(TcpProgram.DIGEST_ACTIVE);                              // zero window: the persist timer
            return Verdict.NEXT | Verdict.DIGEST;
        }
        return Verdict.NEXT;
    }

    private static void bump(FlexMeta meta, ProtocolState s) {
        s.ready(s.ready() + meta.txBump());
        if ((meta.hostFlags() & SegmentMeta.HOST_FIN) != 0) {
            s.set(FIN_QUEUED);
        }
        if (meta.rxBump() != 0) {
            s.free(s.free() + meta.rxBump());
            meta.answer(windowUpdateDue(s) ? 1 : 0);
        }
    }

    /**
     * RFC 9293 §3.8.6.2.2, with a wider step while the peer still has room: a quarter of what can be offered, or two
     * segments when it has less than that left. What the window field cannot say is no gain.
     */
    private static boolean windowUpdateDue(ProtocolState s) {
        int left = s.edge() - s.received();
        int gain = s.window() - left;
        int step = Math.min(2 * s.mss(), s.buffer() >>> 1);
        return gain >= step && (left < step || gain >= Math.min(s.buffer(), s.largestWindow()) >>> 2);
    }
}
