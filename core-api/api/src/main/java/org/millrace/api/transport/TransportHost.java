package org.millrace.api.transport;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.millrace.api.context.Contexts;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.port.PortInfo;

/** What a data path offers to a transport on it. Data-path thread only, but for what is constant. */
public interface TransportHost {
    /** {@return the transport's options from the configuration, keys without prefix; constant} */
    Map<String, String> options();

    /** {@return how many flows and contexts there can be; constant} */
    Capacity capacity();

    /** {@return the port; constant} */
    PortInfo port();

    /** {@return the services of the hardware, all that a program's stages may call; constant} */
    Externs externs();

    /** {@return the flow lookup extern} */
    default FlowLookup lookup() {
        return externs().lookup();
    }

    /** {@return the payload extern} */
    default PayloadDma dma() {
        return externs().dma();
    }

    /** {@return the context queue extern} */
    default ContextQueue contextQueue() {
        return externs().contextQueue();
    }

    /** {@return the flow table behind {@link #lookup()}} */
    FlowTable flows();

    /** {@return the contexts} */
    Contexts contexts();

    /** {@return 16 bytes of secret that are this start's own: for ISNs (RFC 6528), for randomised limits} */
    byte[] secret();

    /**
     * Sends a segment of the control plane. The checksum field must be complete.
     *
     * @param localAddress source
     * @param peerAddress  destination
     * @param tos          type of service for the IP header: DSCP in the upper six bits (RFC 2474), ECN in the lower two
     * @param segment      memory that holds header and payload; copied
     * @param offset       where it begins
     * @param length       its length
     * @param nowNs        the time
     * @return false if there is no route, or too much waits for the neighbour
     */
    boolean send(int localAddress, int peerAddress, int tos, MemorySegment segment, long offset, int length,
                 long nowNs);

    /**
     * Marks what a flow sends from now on with a differentiated services code point (RFC 2474), whatever its program says; until
     * the flow is released, through swaps too.
     *
     * @param flow the flow
     * @param dscp 1 to 63; 0: as its program says
     */
    void dscp(int flow, int dscp);

    /**
     * Runs an HC item of the control plane's.
     *
     * @param flow      its flow
     * @param operation the program's code, not 0
     * @param nowNs     the time
     */
    void hostControl(int flow, int operation, long nowNs);

    /**
     * Runs a packet through the program again, from the parser on: the flow it belongs to exists now.
     *
     * @param packet the packet passed to {@link ControlPlane#packet}
     * @param nowNs  the time
     */
    void resubmit(ReceivedPacket packet, long nowNs);

    /**
     * Counts a drop that the control plane decided.
     *
     * @param reason code of a {@link org.millrace.api.pipeline.DropReason}
     */
    void drop(int reason);

    /**
     * A router has said that no larger packet reaches a peer, and the transport believes it (RFC 1191): for some minutes
     * {@link #path} says no more than that, through swaps too. What is not smaller than known changes nothing.
     *
     * @param peerAddress the peer
     * @param mtuBytes    largest IP packet, bytes
     * @param nowNs       the time
     */
    void lowerPathMtu(int peerAddress, int mtuBytes, long nowNs);

    /**
     * {@return the route to a peer, or null if there is none or the address is a broadcast address}
     *
     * @param peerAddress the peer
     */
    Path path(int peerAddress);

    /**
     * {@return whether the address is one of this data path's}
     *
     * @param address an address; 0 stands for all of them
     */
    boolean isLocal(int address);

    /**
     * {@return whether what a peer sends to these ends comes to this data path, and not to another one behind the same address}
     *
     * @param peerAddress  the peer's address
     * @param peerPort     its port
     * @param localAddress own address
     * @param localPort    own port
     */
    default boolean isHome(int peerAddress, int peerPort, int localAddress, int localPort) {
        return true;
    }

    /**
     * A route as a transport sees it.
     *
     * @param localAddress the source address to use
     * @param mtuBytes     largest IP datagram on it
     * @param options      what the configuration says of it: {@code congestion=dctcp}
     */
    record Path(int localAddress, int mtuBytes, Map<String, String> options) {
    }

    /** Flow indices and the exact-match table from addresses and ports to them. */
    interface FlowTable {
        /**
         * Takes the highest indices out of those that are allocated: they are for a program that gives them to messages itself.
         * Before the first is allocated; a successor of the program may ask for as many again.
         *
         * @param count how many
         * @throws IllegalStateException if the indices are shared out otherwise already
         */
        default void reserve(int count) {
            throw new IllegalStateException("all flows are for connections here");
        }

        /** {@return a free flow index, state zeroed, or 0 if none is left} */
        int allocate();

        /**
         * Makes segments of these addresses and ports belong to a flow.
         *
         * @param flow         the flow
         * @param localAddress this side's address
         * @param localPort    this side's port
         * @param peerAddress  the peer's address
         * @param peerPort     the peer's port
         * @return false if another flow has them
         */
        boolean insert(int flow, int localAddress, int localPort, int peerAddress, int peerPort);

        /**
         * Gives a flow back: no segment belongs to it any more, its state is zeroed.
         *
         * @param flow the flow
         */
        void release(int flow);

        /** {@return the number of flows allocated} */
        int size();
    }
}
