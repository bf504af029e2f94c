package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.millrace.launcher.image.Image;

/** A Millrace runtime in a process of its own, started as {@code millrace run} does. */
final class RuntimeProcess {
    private final Processes processes;
    private final Process process;
    private final String name;

    private RuntimeProcess(Processes processes, Process process, String name) {
        this.processes = processes;
        this.process = process;
        this.name = name;
    }

    /** Starts a runtime and returns when all that its configuration names is active. */
    static RuntimeProcess start(Processes processes, Path directory, String name, Map<String, String> configuration)
        throws IOException {
        Path file = directory.resolve(name + ".properties");
        Properties properties = new Properties();
        properties.putAll(configuration);
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        List<String> command = Image.command(List.of("lib"), Image.LAUNCHER);
        command.addAll(List.of("run", "--counters", file.toString()));
        Process process = processes.start(name, command);
        RuntimeProcess runtime = new RuntimeProcess(processes, process, name);
        processes.await(name, process, Image.READY, Processes.LIMIT);
        return runtime;
    }

    /** {@return the line with which it said that it serves, or an empty one} */
    String readyLine() throws IOException {
        return lines().stream().filter(line -> line.startsWith(Image.READY)).findFirst().orElse("");
    }

    CpuTimes cpu() {
        return CpuTimes.ofProcess(process.pid());
    }

    /** Tells it to end, and reads the counters that it prints then. */
    Map<String, Long> stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(Processes.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new DemoFailure("the runtime does not end");
        }
        Map<String, Long> counters = new TreeMap<>();
        for (String line : lines()) {
            if (line.startsWith(Image.COUNTER)) {
                String[] words = line.substring(Image.COUNTER.length()).split("=");
                counters.put(words[0], Long.parseLong(words[1]));
            }
        }
        return counters;
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(processes.output(name));
    }
}
