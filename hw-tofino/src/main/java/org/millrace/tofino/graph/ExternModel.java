package org.millrace.tofino.graph;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.PushSource;
import org.millrace.api.pipeline.Timestamps;

/**
 * The services that the machine has for programs, a closed list, and what each is made of. What is not here it refuses.
 */
public enum ExternModel {
    /** Exact match on four parts of the item. */
    LOOKUP(FlowLookup.class, "lookup", Kind.TABLE, "localAddress", "peerAddress", "localPort", "peerPort"),
    /** Exact match on two parts. */
    LOOKUP_LOCAL(FlowLookup.class, "lookupLocal", Kind.TABLE, "localAddress", "localPort"),
    /** Exact match on four words, filled by the control plane. */
    KEYS(KeyTable.class, "lookup", Kind.TABLE),
    /** A tick of a millisecond: a register of one entry that the packet generator advances. */
    MILLISECONDS(Timestamps.class, "milliseconds", Kind.CLOCK),
    /** A tick of a microsecond, likewise. */
    MICROSECONDS(Timestamps.class, "microseconds", Kind.CLOCK),
    /** Payload to the host: a header of RDMA before the received frame. */
    TO_HOST(PayloadDma.class, "toHost", Kind.CHANNEL, "position", "length", "payloadOffset", "connection"),
    /** Payload that came from the host with the item. */
    FROM_HOST(PayloadDma.class, "fromHost", Kind.CHANNEL, "position", "length", "connection"),
    /** A notice to an application. */
    NOTIFY(ContextQueue.class, "notify", Kind.CHANNEL, "connection", "rxBump", "txBump", "hostFlags"),
    /** A message to an application. */
    MESSAGE(ContextQueue.class, "message", Kind.CHANNEL, "connection", "position", "length", "message", "operation",
        "peerAddress", "peerPort"),
    /** A message that is not needed any more. */
    SENT(ContextQueue.class, "sent", Kind.CHANNEL, "connection", "position", "length", "message"),
    /** Room for a message: the host's NIC takes the next buffer that is posted (a SEND of RDMA), and counts what finds none. */
    RESERVE(ContextQueue.class, "reserve", Kind.SEND, "connection", "length"),
    /** Gives it back. */
    UNRESERVE(ContextQueue.class, "unreserve", Kind.CHANNEL, "connection", "position"),
    /** Credits to an application. */
    GRANT(ContextQueue.class, "grant", Kind.CHANNEL),
    /** A flow to the scheduler beside the pipe. */
    SUBMIT(FlowQueue.class, "submit", Kind.CHANNEL),
    /** What it has used up. */
    CHARGE(FlowQueue.class, "charge", Kind.CHANNEL),
    /** Whose it is now. */
    RESET(FlowQueue.class, "reset", Kind.CHANNEL),
    /** To a queue by priority: the order is approximate. */
    RANK(PriorityQueue.class, "submit", Kind.CHANNEL),
    /** Out of it. */
    UNRANK(PriorityQueue.class, "remove", Kind.CHANNEL),
    /** What the host pushes comes with its fields set. */
    PUSH(PushSource.class, "push", Kind.PARSED),
    /** Any message to the transport's part on the host. */
    HOST(HostPart.class, "", Kind.CHANNEL);

    /** What a service is made of. */
    public enum Kind {
        /** An exact-match table. */
        TABLE,
        /** A register of one entry and an application of the packet generator. */
        CLOCK,
        /** Words that the deparser appends for the host; nothing comes back in the same pass. */
        CHANNEL,
        /** The same, and what it answers is taken for granted: 0. */
        SEND,
        /** Fields that the parser has set. */
        PARSED
    }

    private final Class<?> extern;
    private final String method;
    private final Kind kind;
    private final Set<String> reads;

    ExternModel(Class<?> extern, String method, Kind kind, String... reads) {
        this.extern = extern;
        this.method = method;
        this.kind = kind;
        this.reads = Set.of(reads);
    }

    /** {@return what it is made of} */
    public Kind kind() {
        return kind;
    }

    /** {@return fields of the item that it reads beside its arguments} */
    public Set<String> reads() {
        return reads;
    }

    /** {@return the model of a service, if the machine has it}
     * @param type   its interface
     * @param called its method */
    public static Optional<ExternModel> of(Class<?> type, String called) {
        Stream<ExternModel> all = Arrays.stream(values());
        return all.filter(m -> m.extern.isAssignableFrom(type) && (m.method.equals(called) || m.method.isEmpty())).findFirst();
    }

    static ExternModel of(Action.Call call) {
        return of(call.extern(), call.method()).orElseThrow();
    }
}
