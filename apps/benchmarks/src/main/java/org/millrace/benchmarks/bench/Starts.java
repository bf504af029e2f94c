package org.millrace.benchmarks.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.millrace.benchmarks.Scratch;

/** Starts an instance on a memory port, and ends it. */
final class Starts {
    private static final String READY = "millrace: ready";

    private Starts() {
    }

    /** {@return ms from the command to the line that says that it is ready} */
    static double once() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("millrace-start");
        Path config = directory.resolve("start.cfg");
        Files.createDirectory(directory.resolve("deploy"));
        Files.write(config, List.of("instance = start", "hardware = hw-bluefield", "transports = tcp-flextoe",
            "port = memory", "port.path = " + directory.resolve("wire"), "port.side = a", "address = 10.0.0.2/24",
            "attach = on", "attach.directory = " + directory.resolve("instance")));
        long beganNs = System.nanoTime();
        Process process = new ProcessBuilder(launcher(), "run", "--deploy", directory.resolve("deploy").toString(),
            config.toString()).redirectErrorStream(true).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            StringBuilder said = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    return (System.nanoTime() - beganNs) / 1e6;
                }
                said.append(line).append('\n');
            }
            throw new IOException("an instance does not start: " + said.toString().strip());
        } finally {
            process.destroy();
            process.waitFor();
            Scratch.delete(directory);
        }
    }

    /** Makes the image's cache, and returns when it is there. */
    static void prepare() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(launcher(), "prepare").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("an image is not prepared: " + said.strip());
        }
    }

    private static String launcher() throws IOException {
        String launcher = System.getProperty("millrace.launcher");
        if (launcher == null) {
            throw new IOException("no launcher is named: use bin/millrace bench");
        }
        return launcher;
    }
}
