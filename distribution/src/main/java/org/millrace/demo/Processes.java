package org.millrace.demo;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Child processes, their output in files of one directory; all of them end with this object. Any thread. */
final class Processes implements AutoCloseable {
    /** Longest that a program may take to be ready or, where it is a tool, in all: seconds, but a busy machine gives it a tenth. */
    static final Duration LIMIT = Duration.ofMinutes(2);

    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);
    /** A runtime that is just starting ends when it has started, which a busy machine may take long for. */
    private static final long PATIENCE_S = 40;

    private final Path directory;
    private final List<Process> started = new ArrayList<>();
    private boolean closed;

    Processes(Path directory) {
        this.directory = directory;
    }

    /**
     * An ended process.
     *
     * @param output what it wrote to standard output
     * @param cpu    what it used
     */
    record Result(String output, CpuTimes cpu) {
    }

    /** Starts a process with its output in {@code NAME.out} and {@code NAME.err}. */
    synchronized Process start(String name, List<String> command) throws IOException {
        if (closed) {
            throw new IOException("interrupted");
        }
        Process process = new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(Redirect.to(output(name).toFile())).redirectError(Redirect.to(errors(name).toFile()))
            .start();
        started.add(process);
        return process;
    }

    /** Runs a process to its end; what it used is exact only if no other child ends meanwhile. */
    Result run(String name, Duration limit, List<String> command) throws IOException, InterruptedException {
        CpuTimes before = CpuTimes.ofEndedChildren();
        Process process = start(name, command);
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new DemoFailure(name + " has not ended after " + limit.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw new DemoFailure(name + " failed with exit code " + process.exitValue() + ": " + tail(name));
        }
        return new Result(Files.readString(output(name)), CpuTimes.ofEndedChildren().minus(before));
    }

    /** {@return the line of a process's output that begins so, once it is there} */
    String await(String name, Process process, String beginning, Duration limit) throws IOException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (true) {
            boolean alive = process.isAlive(); // asked first: what it wrote before it ended is read below
            for (String line : Files.readAllLines(output(name))) {
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
            if (!alive) {
                throw new DemoFailure(name + " has ended with exit code " + process.exitValue() + ": " + tail(name));
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new DemoFailure(name + " is not ready after " + limit.toSeconds() + " s: " + tail(name));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }

    Path output(String name) {
        return directory.resolve(name + ".out");
    }

    private Path errors(String name) {
        return directory.resolve(name + ".err");
    }

    /** {@return the last lines that a process wrote to standard error} */
    String tail(String name) throws IOException {
        List<String> lines = Files.readAllLines(errors(name));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /** {@return whether all processes have been told to end} */
    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        started.forEach(Process::destroy);
        for (Process process : started) {
            try {
                if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor(); // until then it may write into the directory
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
