package org.millrace.fuzz;

import java.util.function.Consumer;

/** What is fuzzed. */
public enum Target {
    /** Frames of any content. */
    FRAMES(FramesTarget.class, FramesTarget::fuzzerTestOneInput, 1),
    /** A peer within its connection. */
    SEGMENTS(SegmentsTarget.class, SegmentsTarget::fuzzerTestOneInput, 1),
    /** An application's ring. */
    DESCRIPTORS(DescriptorsTarget.class, DescriptorsTarget::fuzzerTestOneInput, 1),
    /** State that is handed over. */
    SNAPSHOT(SnapshotTarget.class, SnapshotTarget::fuzzerTestOneInput, 1),
    /** What people write. */
    TEXT(TextTarget.class, TextTarget::fuzzerTestOneInput, 100),
    /** The control and the attach socket. */
    SOCKETS(SocketsTarget.class, SocketsTarget::fuzzerTestOneInput, 10);

    private final Class<?> type;
    private final Consumer<byte[]> run;

    private final int weight;

    Target(Class<?> type, Consumer<byte[]> run, int weight) {
        this.type = type;
        this.run = run;
        this.weight = weight;
    }

    /** {@return the class that the fuzzer calls} */
    Class<?> type() {
        return type;
    }

    /** {@return how many runs take about as long as one that makes a data path} */
    int weight() {
        return weight;
    }

    /** Runs once. */
    void run(byte[] data) {
        run.accept(data);
    }
}
