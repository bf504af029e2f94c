package org.millrace.cli.instance;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.millrace.cli.tool.ToolException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies frames of a running instance to a file. */
@Command(name = "capture", mixinStandardHelpOptions = true, description = {
    "Write the frames of a running instance, both ways, to a pcapng file, until it is enough or this command is ended.",
    "Super-frames appear as such, checksums left to the port as partial. The data path waits for nobody: frames that "
        + "come faster than they are written are lost, and counted in the file's statistics.",
    "FILTER is host ADDRESS, port NUMBER, tcp, udp, icmp, ip and arp, joined by and: host 10.0.0.1 and tcp and port 80."})
public final class CaptureCommand implements Callable<Integer> {
    private static final int REST_SECONDS = 10;

    private static final Set<String> TERMS = Set.of("host", "port", "tcp", "udp", "icmp", "ip", "arp");

    @Mixin
    private Target target;

    @Parameters(index = "1..*", paramLabel = "FILTER", description = "Which frames (default: all).")
    private List<String> filter;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
        description = "The file, written anew; - is the standard output.")
    private String file;

    @Option(names = "--bytes", paramLabel = "N", description = "Most bytes of frames (default: 268435456).")
    private Long bytes;

    @Option(names = "--count", paramLabel = "N", description = "Most frames (default: no limit).")
    private Long count;

    @Option(names = "--seconds", paramLabel = "N", description = "Longest time (default: 3600).")
    private Long seconds;

    @Option(names = {"-s", "--snaplen"}, paramLabel = "N", description = "Most bytes of a frame (default: all).")
    private Long snapBytes;

    /** Made by picocli. */
    CaptureCommand() {
    }

    @Override
    public Integer call() throws ToolException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", "capture");
        request.put("filter", String.join(" ", target.words(filter, TERMS::contains)));
        put(request, "bytes", bytes);
        put(request, "frames", count);
        put(request, "seconds", seconds);
        put(request, "snap_bytes", snapBytes);
        try (ControlClient client = ControlClient.request(target.instance(), request)) {
            client.result();
            CountDownLatch done = new CountDownLatch(1);
            Thread enough = new Thread(() -> end(client, done), "millrace-enough");
            Runtime.getRuntime().addShutdownHook(enough);
            try {
                report(copy(client));
            } finally {
                done.countDown();
                removeHook(enough);
            }
            return 0;
        }
    }

    /** ^C: the rest of the file is still to come. */
    private static void end(ControlClient client, CountDownLatch done) {
        client.enough();
        try {
            done.await(REST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void put(Map<String, Object> request, String name, Long value) {
        if (value != null) {
            request.put(name, value);
        }
    }

    private CapturedFrames copy(ControlClient client) throws ToolException {
        try (OutputStream to = file.equals("-") ? System.out : Files.newOutputStream(Path.of(file))) {
            return CapturedFrames.copy(client.bytes(), to);
        } catch (IOException e) {
            throw new ToolException("capture to " + file + " has failed: " + e);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return; // it runs already: that is how the capture came to its end
        }
    }

    private void report(CapturedFrames frames) {
        if (file.equals("-")) {
            return; // nothing but the capture belongs there
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("file", file);
        report.put("frames", frames.frames());
        report.put("lost", frames.lost());
        target.print(report, out -> out.println(frames.frames() + " frames in " + file + ", " + frames.lost() + " lost"));
    }
}
