package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.homa.wire.HomaMeta;

/**
 * HC: finds or makes the RPC that the host means. An application names its requests by numbers of 31 bits, and a request of
 * others by the number it came with, which has the highest bit set.
 */
public final class Call implements Stage<HomaMeta, State.None> {
    /** Kind of a message: a request; a response to the request that has its number. */
    public static final int REQUEST = 1;
    /** Kind of a message. */
    public static final int RESPONSE = 2;

    /** Operation of the control plane: the RPC is over, its application is not to be told. */
    public static final int KILL = 0x80;
    /** Operation of the control plane: the RPC was taken over, and goes on. */
    public static final int RESUME = 0x20;
    /** Operation of the control plane: the RPC fails; the status is what is added. */
    public static final int FAIL = 0x40;

    /** Command: begin a call. */
    static final int START = 1;
    /** Command: send the response. */
    static final int REPLY = 2;
    /** Command: the application wants it no more. */
    static final int CANCEL = 3;
    /** Command: refuse a message. */
    static final int REFUSE = 4;
    /** Command: the control plane's. */
    static final int CONTROL = 5;
    /** Command of a copy: acknowledged. */
    static final int ACKED = 6;

    private static final StageSpec<State.None> SPEC = StageSpec.stateless("call", List.of(KeyTable.class));

    private final Tables tables;
    private final Keys keys;
    private final int mostBytes;
    private final int mask;

    Call(Tables tables, Keys keys, int mostBytes) {
        this.tables = tables;
        this.keys = keys;
        this.mostBytes = mostBytes;
        mask = (1 << keys.requestBits()) - 1;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, State.None state, long nowNs) {
        if (meta.hostFlags() == SegmentMeta.HOST_MESSAGE) {
            message(meta);
        } else if (meta.hostFlags() == SegmentMeta.HOST_CANCEL) {
            cancel(meta);
        } else if (meta.operation() != 0) {
            meta.command(CONTROL);
        } else {
            return Verdict.DONE; // room that was given back
        }
        meta.rpc(meta.flow());
        return Verdict.NEXT;
    }

    private void message(HomaMeta meta) {
        if (meta.operation() != REQUEST && meta.operation() != RESPONSE || meta.length() <= 0
            || meta.operation() == REQUEST && (meta.peerPort() == 0 || meta.message() < 0)) {
            refuse(meta, Status.UNSUPPORTED.code());
        } else if (meta.length() > mostBytes) {
            refuse(meta, Status.TOO_LONG.code());
        } else if (meta.operation() == REQUEST) {
            start(meta);
        } else {
            reply(meta);
        }
    }

    private void start(HomaMeta meta) {
        id(meta);
        int rpc = tables.beginCall(meta.localPort(), meta.idHigh(), meta.idLow());
        if (rpc == 0) {
            refuse(meta, Status.NO_RESOURCES.code());
        } else {
            meta.peer(tables.meet(meta.peerAddress()));
            meta.command(START);
            meta.flow(rpc);
        }
    }

    /** A number is even as an id, and its highest bit goes to the upper half. */
    private static void id(HomaMeta meta) {
        meta.idLow(meta.message() << 1);
    }

    private void reply(HomaMeta meta) {
        int rpc = served(meta.message());
        if (rpc == 0) {
            refuse(meta, Status.CANCELLED.code());
        } else {
            meta.command(REPLY);
            meta.flow(rpc);
        }
    }

    private void cancel(HomaMeta meta) {
        int rpc;
        if (meta.message() < 0) {
            rpc = served(meta.message());
        } else {
            id(meta);
            rpc = tables.call(meta.localPort(), meta.idHigh(), meta.idLow());
        }
        meta.command(CANCEL);
        meta.flow(rpc == 0 ? keys.nobody() : rpc);
    }

    /** {@return the key in the number of a request of others, or 0} */
    private int served(int number) {
        int rpc = keys.requests() + (number & mask);
        return number >= 0 || rpc >= keys.end() ? 0 : rpc;
    }

    private void refuse(HomaMeta meta, int status) {
        meta.command(REFUSE);
        meta.status(status);
        meta.flow(keys.nobody());
    }
}
