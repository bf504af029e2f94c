package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.launcher.image.Image;

/** Fetches files in processes of their own, several at a time: with curl, or with a client on a second Millrace host. */
final class Fetcher {
    /** Exit code of a client whose connection was reset. */
    static final int RESET = 56; // curl(1): failure in receiving network data

    private final Processes processes;
    private final Path directory;
    private final Path peer;

    private Fetcher(Processes processes, Path directory, Path peer) {
        this.processes = processes;
        this.directory = directory;
        this.peer = peer;
    }

    static Fetcher curl(Processes processes, Path directory) {
        return new Fetcher(processes, directory, null);
    }

    /** {@return fetches through the instance in a directory} */
    static Fetcher attached(Processes processes, Path directory, Path peer) {
        return new Fetcher(processes, directory, peer);
    }

    String name() {
        return peer == null ? "curl" : "a libTOE client";
    }

    /** A transfer. */
    final class Fetch {
        private final String name;
        private final Process process;

        private Fetch(String name, Process process) {
            this.name = name;
            this.process = process;
        }

        Path file() {
            return directory.resolve(name);
        }

        boolean isRunning() {
            return process.isAlive();
        }

        /** Holds it where it is, until it is let go on. */
        void hold() throws IOException, InterruptedException {
            signal("STOP");
        }

        void goOn() throws IOException, InterruptedException {
            signal("CONT");
        }

        private void signal(String signal) throws IOException, InterruptedException {
            processes.run("signal", Processes.LIMIT, List.of("sh", "-c", "kill -" + signal + " " + process.pid()));
        }

        String error() throws IOException {
            return processes.tail(name);
        }

        /** {@return the exit code} */
        int await(Duration limit) throws InterruptedException {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new DemoFailure("transfer '" + name + "' has not ended after " + limit.toSeconds() + " s");
            }
            return process.exitValue();
        }
    }

    /** Begins to fetch into a file of that name. */
    Fetch start(String name, String url, long bytesPerSecond) throws IOException {
        if (peer == null) {
            return curl(name, "--limit-rate", Long.toString(bytesPerSecond), url);
        }
        List<String> command = Image.shortCommand(List.of("lib", "bundles"), AttachedClient.class.getName());
        command.addAll(List.of(peer.toString(), url, directory.resolve(name).toString(), Long.toString(bytesPerSecond)));
        return new Fetch(name, processes.start(name, command));
    }

    private Fetch curl(String name, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--fail", "--noproxy", "*", "--output",
            directory.resolve(name).toString()));
        command.addAll(Curl.STALLS);
        command.addAll(List.of(options));
        return new Fetch(name, processes.start(name, command));
    }

    /** {@return whether these clients can also post} */
    boolean canPost() {
        return peer == null;
    }

    /** Begins to post a file; the answer goes into a file of that name. */
    Fetch post(String name, String url, Path content) throws IOException {
        return curl(name, "--request", "POST", "--upload-file", content.toString(), url);
    }
}
