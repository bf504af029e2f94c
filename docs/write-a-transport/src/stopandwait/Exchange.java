package stopandwait;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * The protocol. RX: takes what is expected and acknowledges it; takes an acknowledgement and sends the next message. HC:
 * queues an application's message; sends the one under way again when the control plane says so.
 */
final class Exchange implements Stage<Header.Meta, Peer> {
    /** Operation of an HC item: send the message under way again. */
    static final int AGAIN = 1;

    private static final StageSpec<Peer> SPEC = new StageSpec<>("exchange", StageSpec.Key.MESSAGE,
        StageSpec.Concurrency.FLOW_ATOMIC, Peer::new, List.of(ContextQueue.class, PayloadDma.class));

    private final ContextQueue queue;
    private final PayloadDma dma;
    private final int maxBytes;

    Exchange(ContextQueue queue, PayloadDma dma, int maxBytes) {
        this.queue = queue;
        this.dma = dma;
        this.maxBytes = maxBytes;
    }

    @Override
    public StageSpec<Peer> spec() {
        return SPEC;
    }

    @Override
    public long process(Header.Meta meta, Peer peer, long nowNs) {
        meta.context(peer.context());
        meta.connection(peer.connection());
        if (meta.workflow() == Workflow.RX.ordinal()) {
            return receive(meta, peer);
        }
        if (meta.hostFlags() == SegmentMeta.HOST_MESSAGE) {
            return queue(meta, peer);
        }
        boolean again = meta.operation() == AGAIN && peer.oldest() != peer.next();
        return again ? send(meta, peer) : Verdict.DONE;
    }

    private long receive(Header.Meta meta, Peer peer) {
        if (isStranger(meta, peer)) {
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        return meta.kind() == Header.DATA ? data(meta, peer) : acknowledgement(meta, peer);
    }

    /** What has come before is acknowledged once more: the first acknowledgement may be lost. */
    private long data(Header.Meta meta, Peer peer) {
        int ahead = meta.sequence() - peer.expected();
        if (ahead > 0) {
            return Verdict.drop(DropReason.OUT_OF_WINDOW.code());
        }
        if (ahead == 0) {
            meta.length(meta.payloadLength());
            int reason = queue.reserve(meta);
            if (reason != 0) {
                return Verdict.drop(reason); // not acknowledged, so it comes again
            }
            dma.toHost(meta);
            queue.message(meta);
            peer.expected(meta.sequence() + 1);
            meet(meta, peer);
        }
        meta.kind(Header.ACK);
        meta.length(0);
        meta.ecn(0);
        return Verdict.EMIT;
    }

    private long acknowledgement(Header.Meta meta, Peer peer) {
        int oldest = peer.oldest();
        if (meta.sequence() != oldest || oldest == peer.next()) {
            return Verdict.drop(DropReason.BAD_ACKNOWLEDGEMENT.code());
        }
        load(meta, peer, oldest);
        queue.sent(meta, Status.OK.code());
        peer.oldest(oldest + 1);
        return oldest + 1 == peer.next() ? Verdict.DONE : send(meta, peer);
    }

    private long queue(Header.Meta meta, Peer peer) {
        if (meta.length() > maxBytes) {
            queue.sent(meta, Status.TOO_LONG.code());
            return Verdict.drop(DropReason.TOO_LONG.code());
        }
        if (isStranger(meta, peer) || meta.peerPort() == 0 || meta.operation() != 0) {
            queue.sent(meta, Status.UNSUPPORTED.code());
            return Verdict.drop(DropReason.UNACCEPTABLE.code());
        }
        int next = peer.next();
        if (next - peer.oldest() == Peer.QUEUE) {
            queue.sent(meta, Status.NO_RESOURCES.code());
            return Verdict.drop(DropReason.QUEUE_FULL.code());
        }
        meet(meta, peer);
        peer.position(next, meta.position());
        peer.length(next, meta.length());
        peer.message(next, meta.message());
        peer.next(next + 1);
        return next == peer.oldest() ? send(meta, peer) : Verdict.DONE;
    }

    /** Makes the item the message under way, from its queue. */
    private long send(Header.Meta meta, Peer peer) {
        int oldest = peer.oldest();
        load(meta, peer, oldest);
        meta.localAddress(peer.localAddress());
        meta.localPort(peer.localPort());
        meta.peerAddress(peer.address());
        meta.peerPort(peer.port());
        meta.kind(Header.DATA);
        meta.sequence(oldest);
        meta.ecn(0);
        dma.fromHost(meta);
        return Verdict.EMIT;
    }

    private static void load(Header.Meta meta, Peer peer, int sequence) {
        meta.position(peer.position(sequence));
        meta.length(peer.length(sequence));
        meta.message(peer.message(sequence));
    }

    private static boolean isStranger(Header.Meta meta, Peer peer) {
        return peer.port() != 0 && (meta.peerPort() != peer.port() || meta.peerAddress() != peer.address());
    }

    /** The first one that a socket sends to or takes from is its peer. */
    private static void meet(Header.Meta meta, Peer peer) {
        peer.address(meta.peerAddress());
        peer.port(meta.peerPort());
    }
}
