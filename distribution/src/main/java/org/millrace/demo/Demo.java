package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The demonstration: a runtime with a server on it or attached to it, a peer, a file each way. */
final class Demo {
    private static final long SEED = 1;

    private final Processes processes;
    private final Path directory;
    private final long bytes;
    private final int mtuBytes;
    private final String hardware;
    private final String transport;
    private final boolean vertx;

    Demo(Processes processes, Path directory, long bytes, int mtuBytes, String hardware, String transport,
         boolean vertx) {
        this.processes = processes;
        this.directory = directory;
        this.bytes = bytes;
        this.mtuBytes = mtuBytes;
        this.hardware = hardware;
        this.transport = transport;
        this.vertx = vertx;
    }

    /** {@return what happened between Linux and Millrace} */
    DemoReport withLinux() throws IOException, InterruptedException {
        say("A network of its own: Linux " + LinuxLink.LINUX_ADDRESS + " -- veth, MTU " + mtuBytes + " -- Millrace "
            + LinuxLink.MILLRACE_ADDRESS);
        LinuxLink.create(processes, mtuBytes);
        return exchange(Map.of("port", "packet", "port.interface", LinuxLink.MILLRACE_END), new Curl(processes));
    }

    /** {@return what happened between two Millrace hosts} */
    DemoReport withMillrace(String refusal) throws IOException, InterruptedException {
        say("No network of its own is to be had here (" + refusal + "): a second Millrace host over the memory port "
            + "takes Linux's place");
        Path wire = directory.resolve("wire");
        return exchange(Map.of("port", "memory", "port.path", wire.toString(), "port.side", "a", "port.mtu",
            Integer.toString(mtuBytes)), new ToePeer(processes, wire, mtuBytes));
    }

    private DemoReport exchange(Map<String, String> port, Peer peer) throws IOException, InterruptedException {
        Path root = Files.createDirectory(directory.resolve("root"));
        String hash = Payload.write(root.resolve("payload"), bytes, SEED);
        RuntimeProcess runtime = RuntimeProcess.start(processes, directory, "runtime", configuration(port, root));
        say("The runtime says: " + runtime.readyLine());
        VertxServer server = vertx ? VertxServer.start(processes, instance(), root) : null;
        if (vertx) {
            say("An unchanged Vert.x server, attached from a JVM of its own, says: " + server.readyLine());
        }

        CpuTimes machineBefore = CpuTimes.ofMachine();
        CpuTimes runtimeBefore = runtime.cpu();
        CpuTimes serverBefore = vertx ? server.cpu() : CpuTimes.NONE;
        CpuTimes demoBefore = CpuTimes.ofProcess(ProcessHandle.current().pid());
        String url = "http://" + LinuxLink.MILLRACE_ADDRESS + "/";
        Path fetched = directory.resolve("fetched");
        Path answer = directory.resolve("answer");
        say(peer.name() + " fetches " + bytes + " bytes ...");
        Peer.Exchange get = peer.get(url + "payload", fetched);
        say(peer.name() + " posts them back ...");
        Peer.Exchange post = peer.post(url + "hash", fetched, answer);
        Map<String, CpuTimes> cpu = new LinkedHashMap<>();
        cpu.put("runtime", runtime.cpu().minus(runtimeBefore));
        if (vertx) {
            cpu.put(server.name(), server.cpu().minus(serverBefore));
        }
        cpu.put(peer.name(), get.cpu().plus(post.cpu()));
        cpu.put("demo", CpuTimes.ofProcess(ProcessHandle.current().pid()).minus(demoBefore));
        cpu.put("machine", CpuTimes.ofMachine().minus(machineBefore));

        List<Transfer> transfers = List.of(
            new Transfer("GET", Files.size(fetched), get.elapsedNs(), hash, Payload.hash(fetched)),
            new Transfer("POST", bytes, post.elapsedNs(), hash, Payload.hashIn(answer)));
        Map<String, Long> counters = new TreeMap<>(peer.counters());
        counters.putAll(runtime.stop());
        return new DemoReport(peer.name(), transport, transfers, counters, cpu);
    }

    private Map<String, String> configuration(Map<String, String> port, Path root) {
        Map<String, String> configuration = new HashMap<>(port);
        configuration.put("instance", "demo");
        configuration.put("hardware", hardware);
        configuration.put("transports", transport);
        configuration.put("flows", "32768"); // as many as hw-tofino has room for
        configuration.put("address", LinuxLink.MILLRACE_ADDRESS + "/" + LinuxLink.PREFIX_LENGTH);
        if (vertx) {
            configuration.put("attach", "on");
            configuration.put("attach.directory", instance().toString());
        } else {
            configuration.put("attach", "off");
            configuration.put("app.fileserver.listen", LinuxLink.MILLRACE_ADDRESS + ":80");
            configuration.put("app.fileserver.root", root.toString());
        }
        return configuration;
    }

    private Path instance() {
        return directory.resolve("instance");
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
