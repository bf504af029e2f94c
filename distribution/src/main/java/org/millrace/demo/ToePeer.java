package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.millrace.launcher.image.Image;

/** A second Millrace host and an HTTP client on libTOE, as a plain Java program: the image's bundles on a class path. */
final class ToePeer implements Peer {
    private final Processes processes;
    private final Path wire;
    private final int mtuBytes;

    ToePeer(Processes processes, Path wire, int mtuBytes) {
        this.processes = processes;
        this.wire = wire;
        this.mtuBytes = mtuBytes;
    }

    @Override
    public String name() {
        return "libTOE client";
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of(); // its processes have ended
    }

    @Override
    public Exchange get(String url, Path file) throws IOException, InterruptedException {
        return run("GET", url, file);
    }

    @Override
    public Exchange post(String url, Path file, Path answer) throws IOException, InterruptedException {
        return run("POST", url, answer, file.toString());
    }

    private Exchange run(String method, String url, Path answer, String... body)
        throws IOException, InterruptedException {
        List<String> command = Image.command(List.of("lib", "bundles", "tools"), ToeClient.class.getName());
        command.addAll(List.of(wire.toString(), Integer.toString(mtuBytes), method, url, answer.toString()));
        command.addAll(List.of(body));
        Processes.Result result = processes.run("client", LIMIT, command);
        return new Exchange(Long.parseLong(result.output().strip()), result.cpu());
    }
}
