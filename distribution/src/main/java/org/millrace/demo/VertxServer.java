package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.millrace.launcher.image.Image;

/**
 * A Vert.x HTTP server in a JVM of its own, attached to the runtime: an application with its own jars and no flag but
 * native access.
 */
final class VertxServer {
    private static final String NAME = "Vert.x server";

    private final Process process;
    private final String readyLine;

    private VertxServer(Process process, String readyLine) {
        this.process = process;
        this.readyLine = readyLine;
    }

    /** Starts it over the instance of that directory and returns when it listens. */
    static VertxServer start(Processes processes, Path instance, Path root) throws IOException {
        Path jars = Image.directory().resolve("apps/vertx");
        Process process = processes.start(NAME, List.of(Image.java(), "--enable-native-access=ALL-UNNAMED", "-cp",
            jars.resolve("lib") + "/*:" + jars.resolve("examples") + "/*", "org.millrace.examples.HttpFileServer",
            instance.toString(), LinuxLink.MILLRACE_ADDRESS, "80", root.toString()));
        return new VertxServer(process, processes.await(NAME, process, "serving", Processes.LIMIT));
    }

    String name() {
        return NAME;
    }

    /** {@return the line with which it said that it serves} */
    String readyLine() {
        return readyLine;
    }

    CpuTimes cpu() {
        return CpuTimes.ofProcess(process.pid());
    }
}
