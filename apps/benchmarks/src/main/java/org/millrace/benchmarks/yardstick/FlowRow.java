package org.millrace.benchmarks.yardstick;

/** What is where in a flow's row of 32-bit words. */
final class FlowRow {
    /** Words of a row: two lines of 16. */
    static final int ROW = 32;
    /** Words before the first: an array's header is 16 bytes, so rows begin at a line. */
    static final int LEAD = 12;
    static final int UNA = 0;
    static final int NEXT = 1;
    static final int MAX = 2;
    static final int READY = 3;
    static final int PEER_WINDOW = 4;
    static final int WINDOW_SEQ = 5;
    static final int RECEIVED = 6;
    static final int FREE = 7;
    static final int EDGE = 8;
    static final int OOO_START = 9;
    static final int OOO_LENGTH = 10;
    static final int WINDOW = 11;
    static final int DUPLICATES = 12;
    static final int FLAGS = 13;
    static final int TIMED_END = 14;
    static final int TIMED_US = 15;
    static final int RX_PENDING = 16;
    static final int TX_PENDING = 17;
    static final int RX_HELD = 18;
    static final int TX_HELD = 19;
    static final int ID = 20;
    static final int QUEUE_LINK = 21;
    static final int WATCH_LINK = 22;
    static final int WATCH_US = 23;
    static final int FIRST_RECEIVED = 24;
    static final int FIRST_SENT = 25;
    static final int RTT_SUM = 26;
    static final int RTT_SAMPLES = 27;
    static final int ACKED = 28;
    static final int SEGMENTS = 29;

    /** Of {@link #FLAGS}. */
    static final int TIMING = 1;
    static final int QUEUED = 2;
    static final int WATCHED = 4;
    static final int DIRTY = 8;

    private FlowRow() {
    }
}
