package org.millrace.api.pipeline;

/** Why an item ended without effect. A stage uses {@link #code()}, a constant expression through {@link Verdict}. */
public enum DropReason {
    /** Not a reason: code 0 is never used. */
    NONE("no reason"),
    /** The frame is shorter than its headers say, or cut. */
    TRUNCATED("frame shorter than its headers say"),
    /** An Ethernet type nobody here speaks. */
    UNKNOWN_ETHERTYPE("unknown Ethernet type"),
    /** Not addressed to this host. */
    NOT_FOR_US("not addressed to this host"),
    /** The IP header is inconsistent. */
    BAD_IP_HEADER("bad IP header"),
    /** The IP header checksum is wrong. */
    BAD_IP_CHECKSUM("bad IP checksum"),
    /** An IP fragment; Millrace does not reassemble. */
    IP_FRAGMENT("IP fragment"),
    /** An IP protocol without a transport. */
    UNKNOWN_PROTOCOL("unknown IP protocol"),
    /** The transport header is inconsistent. */
    BAD_TRANSPORT_HEADER("bad transport header"),
    /** The transport checksum is wrong. */
    BAD_CHECKSUM("bad transport checksum"),
    /** No flow or binding for this segment. */
    NO_FLOW("no such flow"),
    /** PAWS, RFC 7323 §5. */
    OLD_TIMESTAMP("old timestamp (PAWS)"),
    /** All of its payload had been received before. */
    DUPLICATE("duplicate payload"),
    /** Payload outside the receive window. */
    OUT_OF_WINDOW("outside the receive window"),
    /** Out-of-order payload that does not join the tracked interval. */
    NOT_MERGEABLE("out of order, does not join the interval"),
    /** The acknowledgement is outside what may be acknowledged. */
    BAD_ACKNOWLEDGEMENT("unacceptable acknowledgement"),
    /** The flow scheduler asked, the flow has nothing to send or may not. */
    NOTHING_TO_SEND("nothing to send"),
    /** The receive buffer has no room for the message. */
    NO_BUFFER("no receive buffer"),
    /** The context queue has no room for the message's descriptor. */
    CONTEXT_QUEUE_FULL("context queue full"),
    /** The control plane has no room: backlog, rate limit. */
    CONTROL_LIMIT("control-plane limit"),
    /** The control plane looked at the segment and it was not acceptable. */
    UNACCEPTABLE("not acceptable in this state"),
    /** No route to the destination, or the neighbour does not answer. */
    UNREACHABLE("no route or no neighbour"),
    /** A stage extension refused it. */
    FILTERED("filtered"),
    /** The machine's queue to the port is full. */
    QUEUE_FULL("queue to the port full"),
    /** The listener, its context or the control plane has no room for another handshake. */
    BACKLOG_FULL("no room for another handshake"),
    /** The context has no connection left. */
    CONTEXT_FULL("no connection left in the context"),
    /** The transport has no flow left. */
    FLOWS_FULL("no flow left"),
    /** A message that is longer than the path, or the transport, takes. */
    TOO_LONG("message too long"),
    /** The data path's way to itself is full. */
    LOOPBACK_FULL("queue to the own address full"),
    /** The machine has as many items inside as it can have. */
    NO_ITEM("no item left in the machine"),
    /** No memory is left for a frame or payload that waits in the machine. */
    NO_MEMORY("no memory for a frame that waits"),
    /** It is about a message that is not known, or not between these two. */
    UNKNOWN_MESSAGE("no such message"),
    /** It came to one data path and is for another, and the way there is full. */
    SHARD_FULL("queue to another shard full");

    private final String text;

    DropReason(String text) {
        this.text = text;
    }

    /** {@return the code used in verdicts} */
    public int code() {
        return ordinal();
    }

    /** {@return the reason in words} */
    public String text() {
        return text;
    }
}
