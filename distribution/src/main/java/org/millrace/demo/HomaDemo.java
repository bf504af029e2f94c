package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.launcher.image.Image;

/**
 * TCP, UDP and Homa at once on one data path, one port and one address: two Millrace hosts joined by the memory port, for Linux
 * has no Homa of its own. An application of another process serves calls by Homa and datagrams by UDP while the runtime's file
 * server serves TCP; one on the other host calls, and a third fetches.
 */
final class HomaDemo {
    private static final String[] APPLICATION = {"millrace-api", "millrace-memory", "millrace-toe"};

    private final Processes processes;
    private final Path directory;
    private final long bytes;
    private final int mtuBytes;
    private final String hardware;
    private final Claims claims = new Claims();

    private HomaDemo(Processes processes, Path directory, long bytes, int mtuBytes, String hardware) {
        this.hardware = hardware;
        this.processes = processes;
        this.directory = directory;
        this.bytes = bytes;
        this.mtuBytes = mtuBytes;
    }

    /**
     * Runs it and prints what held.
     *
     * @return whether all held
     */
    static boolean run(Processes processes, Path directory, long bytes, int mtuBytes, String hardware, boolean json)
        throws IOException, InterruptedException {
        HomaDemo demo = new HomaDemo(processes, directory, bytes, mtuBytes, hardware);
        demo.run();
        System.out.println(json ? demo.claims.json() : demo.claims.text());
        return demo.claims.held();
    }

    private void run() throws IOException, InterruptedException {
        Path root = Files.createDirectory(directory.resolve("root"));
        String hash = Payload.write(root.resolve("payload"), bytes, 1);
        Path here = directory.resolve("demo");
        Path there = directory.resolve("peer");
        Map<String, String> serving = configuration(here, "a", LinuxLink.MILLRACE_ADDRESS);
        serving.put("app.fileserver.listen", LinuxLink.MILLRACE_ADDRESS + ":80");
        serving.put("app.fileserver.root", root.toString());
        RuntimeProcess runtime = RuntimeProcess.start(processes, directory, "runtime", serving);
        say("The runtime says: " + runtime.readyLine());
        RuntimeProcess.start(processes, directory, "other-runtime", configuration(there, "b", LinuxLink.LINUX_ADDRESS));
        Process server = application("server", here, "serve");
        processes.await("server", server, RpcApplication.SERVES, Processes.LIMIT);
        say("process " + server.pid() + " has attached and serves calls and datagrams");

        Fetcher fetcher = Fetcher.attached(processes, directory, there);
        Fetcher.Fetch fetch = fetcher.start("fetched", "http://" + LinuxLink.MILLRACE_ADDRESS + ":80/payload", Long.MAX_VALUE / 2);
        Process client = application("client", there, "call");
        for (String claim : RpcApplication.CLAIMS) {
            String line = processes.await("client", client, claim, Processes.LIMIT);
            claims.add(claim, true, line.substring(claim.length()).strip());
        }
        int code = fetch.await(Peer.LIMIT);
        claims.add("a file of " + bytes + " bytes crosses by TCP meanwhile", code == 0 && hash.equals(Payload.hash(fetch.file())),
            code == 0 ? "" : "exit code " + code + ", " + fetch.error());
        Map<String, Long> counters = runtime.stop();
        counters.forEach((name, count) -> {
            if (name.contains("homa")) {
                say(name + "=" + count);
            }
        });
    }

    private Map<String, String> configuration(Path instance, String side, String address) {
        Map<String, String> configuration = new HashMap<>(Map.of("instance", instance.getFileName().toString(), "hardware", hardware, "transports",
            "tcp-flextoe, udp, homa", "port", "memory", "port.path", directory.resolve("wire").toString(), "port.side", side,
            "port.mtu", Integer.toString(mtuBytes), "address", address + "/" + LinuxLink.PREFIX_LENGTH, "attach", "on",
            "attach.directory", instance.toString()));
        configuration.put("transport.homa.timeout-ms", "5000"); // two runtimes and three applications: few machines have as many cores
        return configuration;
    }

    private Process application(String name, Path instance, String role) throws IOException {
        List<String> jars = new ArrayList<>(TwoProcessDemo.jars("lib", "millrace-distribution", "slf4j-api", "logback"));
        jars.addAll(TwoProcessDemo.jars("bundles", APPLICATION));
        return processes.start(name, List.of(Image.java(), "--enable-native-access=ALL-UNNAMED", "-cp", String.join(":", jars),
            RpcApplication.class.getName(), instance.toString(), role, LinuxLink.MILLRACE_ADDRESS));
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
