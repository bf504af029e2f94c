package org.millrace.tcp.laminar.transmit;

import org.millrace.api.pipeline.ContextQueue;
import org.millrace.tcp.control.program.TcpConnectionState;

/**
 * Credits as libTOE is told of them (§5.3.2.2, push): how far each stream may be pushed. They only grow; what the window has
 * lost meanwhile is held back by the registers.
 *
 * <p>Installing a flow grants nothing, for it may be a swap that fails; its first item does.
 *
 * <p>Owned by: the data-path thread.
 */
public final class Grants {
    private final ContextQueue queue;
    private final int[] context;
    private final int[] connection;
    private final int[] firstSent;
    /** Sequence number granted, exclusive. */
    private final int[] granted;

    public Grants(ContextQueue queue, int flows) {
        this.queue = queue;
        context = new int[flows + 1];
        connection = new int[flows + 1];
        firstSent = new int[flows + 1];
        granted = new int[flows + 1];
    }

    public void install(int flow, TcpConnectionState from) {
        context[flow] = from.context;
        connection[flow] = from.connection;
        firstSent[flow] = from.firstSent;
        granted[flow] = from.sndUna;
    }

    /** Grants up to a sequence number, unless that has been done. */
    void upTo(int flow, int sequence) {
        if (sequence - granted[flow] > 0) {
            granted[flow] = sequence;
            queue.grant(context[flow], connection[flow], sequence - firstSent[flow]);
        }
    }
}
