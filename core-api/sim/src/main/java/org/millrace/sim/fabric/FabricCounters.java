package org.millrace.sim.fabric;

/** What has happened in a fabric: every packet that was lost has its reason here. Owned by: the thread that runs the agenda. */
public final class FabricCounters {
    long hops;
    long wireBytes;
    long marked;
    long trimmed;
    long droppedFull;
    long droppedEarly;
    long lost;

    FabricCounters() {
    }

    /** {@return packets that began to cross a link} */
    public long hops() {
        return hops;
    }

    /** {@return bytes that have occupied links} */
    public long wireBytes() {
        return wireBytes;
    }

    /** {@return packets marked by a long queue (ECN)} */
    public long marked() {
        return marked;
    }

    /** {@return packets whose data was cut off by a full queue} */
    public long trimmed() {
        return trimmed;
    }

    /** {@return packets dropped because their queue or the buffer was full} */
    public long droppedFull() {
        return droppedFull;
    }

    /** {@return packets dropped early (WRED)} */
    public long droppedEarly() {
        return droppedEarly;
    }

    /** {@return packets lost on a link} */
    public long lost() {
        return lost;
    }
}
