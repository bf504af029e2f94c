package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaMeta;

/**
 * The stages of one load, over one set of tables and queues.
 *
 * <pre>
 * RX      demux ─► socket ─► rpc ─► grants ─► peer
 * HC               socket ─► call ─► rpc ─► grants ─► peer
 * TX      steer ─► grants ─► rpc ─► peer
 * copies  again ─► rpc ─► grants
 * </pre>
 */
public final class MessageStages {
    /** The copies that stages ask for. */
    public static final List<MirrorSession> MIRRORS = Again.SESSIONS;

    private final Tables tables;
    private final Sending sending;
    private final Demux demux;
    private final Socket socket = new Socket();
    private final Call call;
    private final Steer steer;
    private final Again again;
    private final Rpc rpc;
    private final Grants grants;
    private final Peer peer;

    /**
     * Makes them.
     *
     * @param externs     the machine's services
     * @param keys        how keys are shared out
     * @param profile     whose constants
     * @param packetBytes most payload of a packet
     * @param linkMbps    what the link takes; 0: it says so itself
     */
    public MessageStages(Externs externs, Keys keys, Profile profile, int packetBytes, int linkMbps) {
        tables = new Tables(externs, keys);
        Queues queues = Queues.of(externs);
        sending = new Sending(queues, keys.host());
        demux = new Demux(tables, externs.lookup(), packetBytes);
        call = new Call(tables, keys, profile.mostBytes());
        steer = new Steer(keys.host());
        again = new Again(tables, keys.nobody());
        Endings endings = new Endings(tables, externs.contextQueue());
        Outgoing outgoing = new Outgoing(queues, externs.contextQueue(), externs.dma(), keys, profile, packetBytes, linkMbps);
        Incoming incoming = new Incoming(externs.contextQueue(), externs.dma(), endings, outgoing);
        rpc = new Rpc(keys, profile, externs.contextQueue(), externs.timestamps(), endings, incoming, outgoing);
        grants = new Grants(externs, queues.urgent(), profile);
        peer = new Peer(keys.nobody());
    }

    /**
     * {@return the stages of a workflow}
     *
     * @param workflow which
     */
    public List<Stage<? super HomaMeta, ?>> of(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(demux, socket, rpc, grants, peer);
            case HC -> List.of(socket, call, rpc, grants, peer);
            case TX -> List.of(steer, grants, rpc, peer);
            case MIRROR -> List.of(again, rpc, grants);
        };
    }

    /** {@return who sends next} */
    public Sending sending() {
        return sending;
    }

    /** {@return what RPCs and peers are found by} */
    public Tables tables() {
        return tables;
    }

    /** {@return the stage that has the sockets} */
    public Socket socket() {
        return socket;
    }

    /** {@return the stage that has the peers} */
    public Peer peer() {
        return peer;
    }

    /** {@return the stage that has the RPCs} */
    public Stage<HomaMeta, RpcState> rpc() {
        return rpc;
    }

    /** {@return the stage that has the active messages} */
    public Grants grants() {
        return grants;
    }
}
