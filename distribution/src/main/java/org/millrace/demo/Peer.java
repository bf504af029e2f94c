package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Who talks to the file server: an HTTP client in a process of its own. */
interface Peer {
    /** Longest that a transfer may stand still. */
    Duration STALL = Duration.ofSeconds(120);
    /** Longest that one may take, which is for what hangs: one that goes on is slow, as a busy machine is. */
    Duration LIMIT = Duration.ofMinutes(10);

    /** {@return what it is, for the report} */
    String name();

    /** {@return what its TCP has counted, by name} */
    Map<String, Long> counters() throws IOException;

    /** Fetches {@code url} into {@code file}. */
    Exchange get(String url, Path file) throws IOException, InterruptedException;

    /** Posts {@code file} to {@code url} and stores the answer's body in {@code answer}. */
    Exchange post(String url, Path file, Path answer) throws IOException, InterruptedException;

    /**
     * One request and its answer.
     *
     * @param elapsedNs from connecting to the last byte, as the client measured
     * @param cpu       what the client's process used
     */
    record Exchange(long elapsedNs, CpuTimes cpu) {
    }
}
