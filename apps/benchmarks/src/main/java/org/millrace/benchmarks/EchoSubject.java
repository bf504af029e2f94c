package org.millrace.benchmarks;

/** What echoes, or seems to. */
interface EchoSubject {
    /** Flows of a batch. */
    int BATCH = 16;
    /** Bytes of a request, and of its answer. */
    int PAYLOAD = 64;
    /** Bytes of a frame's headers. */
    int HEADERS = 14 + 20 + 20;

    /** {@value #BATCH} flows send {@value #PAYLOAD} bytes, get them back and acknowledge them: each runs RX, HC, TX and RX. */
    void echo();

    /** Echoes one batch and fails unless all of it came back as it should. */
    void check();
}
