package org.millrace.api.pipeline;

/**
 * The services of a machine for one load of a program. The machine may have put a service of its own behind any of them.
 * What a program's stages call must come from here: the machine admits nothing else, whatever interface it has.
 */
public interface Externs {
    /** {@return exact match on addresses and ports} */
    FlowLookup lookup();

    /** {@return what moves payload} */
    PayloadDma dma();

    /** {@return what tells applications} */
    ContextQueue contextQueue();

    /** {@return the clock} */
    Timestamps timestamps();

    /** {@return a new queue of as many flows as there can be} */
    FlowQueue flowQueue();

    /** {@return a new queue of as many flows as there can be} */
    PriorityQueue priorityQueue();

    /**
     * {@return a new table}
     *
     * @param keys how many keys it can hold
     */
    KeyTable keyTable(int keys);

    /**
     * Offers what takes records of trace points.
     *
     * @param recorder takes them
     * @return what stages call
     */
    Recorder recorder(Recorder recorder);

    /**
     * Offers a part of the transport that runs on the host.
     *
     * @param part the part
     * @param <H>  its type
     * @return what stages call
     */
    <H extends HostPart> H host(H part);
}
