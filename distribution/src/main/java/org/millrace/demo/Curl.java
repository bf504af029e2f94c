package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The kernel's TCP and an unmodified program on it. */
final class Curl implements Peer {
    /** Ends when nothing comes or goes for {@link Peer#STALL}. */
    static final List<String> STALLS = List.of("--connect-timeout", Long.toString(STALL.toSeconds()), "--speed-limit", "1", "--speed-time",
        Long.toString(STALL.toSeconds()));

    private final Processes processes;

    Curl(Processes processes) {
        this.processes = processes;
    }

    @Override
    public String name() {
        return "curl";
    }

    @Override
    public Map<String, Long> counters() throws IOException {
        return KernelTcp.counters();
    }

    @Override
    public Exchange get(String url, Path file) throws IOException, InterruptedException {
        return run(List.of("--output", file.toString(), url));
    }

    @Override
    public Exchange post(String url, Path file, Path answer) throws IOException, InterruptedException {
        return run(List.of("--request", "POST", "--upload-file", file.toString(), "--output", answer.toString(), url));
    }

    private Exchange run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
            "--write-out", "%{time_total}"));
        command.addAll(STALLS);
        command.addAll(arguments);
        Processes.Result result = processes.run("curl", LIMIT, command);
        return new Exchange((long) (Double.parseDouble(result.output().strip()) * 1e9), result.cpu());
    }
}
