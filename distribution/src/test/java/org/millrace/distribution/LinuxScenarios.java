package org.millrace.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.context.ContextSize;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.launcher.image.TemporaryDirectory;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Eventually;
import org.millrace.testkit.Impairment;
import org.millrace.testkit.Namespace;
import org.millrace.tofino.TofinoBackend;

/** What {@link LinuxInteropTest} runs, each in a network namespace of its own. */
final class LinuxScenarios {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int LISTENERS = 4;
    private static final String URL = "http://" + LinuxHost.ADDRESS;
    private static final String CURL = "curl -sSf -m 150 ";

    private final Path root;

    private LinuxScenarios(Path root) {
        this.root = root;
    }

    public static void main(String[] arguments) throws Exception {
        Path root = TemporaryDirectory.createLarge("millrace-interop-");
        if (arguments.length > 1) {
            LinuxHost.transport(arguments[1]);
        }
        for (String more : List.of(arguments).subList(Math.min(2, arguments.length), arguments.length)) {
            if (more.contains("=")) {
                LinuxHost.option(more);
            } else {
                LinuxHost.hardware(more);
            }
        }
        try {
            new LinuxScenarios(root).run(arguments[0]);
            System.out.println("passed: " + arguments[0]);
        } finally {
            TemporaryDirectory.delete(root);
        }
        System.exit(0);
    }

    private void run(String scenario) throws Exception {
        switch (scenario) {
            case "curlAtMtu1500" -> curl(1500);
            case "curlAtMtu9000" -> curl(9000);
            case "ncDiscard" -> ncDiscard();
            case "ncSource" -> ncSource();
            case "wrk" -> wrk();
            case "swaps" -> swaps();
            case "thousandConnections" -> thousandConnections();
            // Laminar's losses take ten times as long
            case "badWire" -> badWire(LinuxHost.transport instanceof FlexToeFactory ? 20_000_000 : 5_000_000);
            case "shortBadWire" -> badWire(3_000_000);
            case "sack" -> sack();
            case "delayedAck" -> delayedAck();
            case "timely" -> timely();
            case "lingers", "unreadInput", "resetKeepsInput" -> LinuxClosing.run(scenario);
            case "options" -> LinuxOptions.run();
            case "conversations" -> LinuxConversations.run(1);
            case "shareShortConnections", "pathMtuReachesItsShard", "fragmentsHurtNobody" -> LinuxShards.run(scenario, root);
            case "udp" -> UdpScenario.run();
            default -> throw new IllegalArgumentException(scenario);
        }
    }

    private void curl(int mtuBytes) throws Exception {
        LinuxHost.link(mtuBytes);
        try (LinuxHost host = LinuxHost.start(root)) {
            fetchAndPost(50_000_000);
            settled(host);
        }
    }

    private void fetchAndPost(long bytes) throws IOException {
        Path file = fetch("/random/" + bytes + "?seed=7");
        equal(bytes, Files.size(file));
        equal(hash(bash("sha256sum " + file)), hash(bash(CURL + "-X POST -T " + file + " " + URL + "/hash")));
    }

    /** Fetches a target of which the server says the same hash. */
    private Path fetch(String target) throws IOException {
        Path file = root.resolve("fetched");
        bash(CURL + "-o " + file + " '" + URL + target + "'");
        equal(hash(bash(CURL + "'" + URL + "/hash" + target + "'")), hash(bash("sha256sum " + file)));
        return file;
    }

    private void ncDiscard() throws Exception {
        LinuxHost.link(1500);
        try (LinuxHost host = LinuxHost.start(root)) {
            bash("head -c 50000000 /dev/zero | timeout 40 nc -N " + LinuxHost.ADDRESS + " 9");
            settled(host);
            equal(50_000_000L, host.status().receivedPayloadBytes());
        }
    }

    private void ncSource() throws Exception {
        LinuxHost.link(1500);
        try (LinuxHost host = LinuxHost.start(root)) {
            String got = bash("timeout 40 nc -d " + LinuxHost.ADDRESS + " 19 2>/dev/null | head -c 50000000 | sha256sum");
            equal(hash(bash(CURL + "'" + URL + "/hash/random/50000000?seed=0'")), hash(got));
            settled(host);
        }
    }

    private void wrk() throws Exception {
        LinuxHost.link(1500);
        Files.writeString(root.resolve("small"), "x".repeat(64));
        try (LinuxHost host = LinuxHost.start(root)) {
            String report = bash("wrk -t 1 -c 64 -d 2s " + URL + "/small");
            System.out.println(report);
            if (report.contains("Socket errors") || report.contains("Non-2xx")
                || !report.matches("(?s).*[1-9][0-9]* requests in.*")) {
                throw new AssertionError(report);
            }
            settled(host);
        }
    }

    /** A thousand connections that send requests all the time while transport and hardware are replaced, forth and back. */
    private void swaps() throws Exception {
        SwapRequest shortly = SwapRequest.KEEP.warmUp(TimeUnit.SECONDS.toNanos(2));
        LinuxHost.link(1500);
        Files.writeString(root.resolve("small"), "x".repeat(64));
        ContextSize size = new ContextSize(2048, 64 << 10, 64 << 10, 4096);
        try (LinuxHost host = LinuxHost.start(new PacketPortFactory(), size, root, Map.of("flows", "32768"))) {
            Process wrk = new ProcessBuilder("wrk", "-t", "1", "-c", "1000", "-d", "170s", "--timeout", "30s", URL + "/small")
                .redirectErrorStream(true).start();
            try {
                Eventually.holds(() -> host.status().transports().getFirst().flows() == 1000,
                    () -> host.status().transports().getFirst().flows() + " connections");
                for (SwapRequest request : List.of(
                    shortly.transport(0, new TransportChoice(new LaminarFactory(), Map.of())),
                    shortly.hardware(new TofinoBackend()), shortly.hardware(new BluefieldBackend()),
                    shortly.transport(0, new TransportChoice(new FlexToeFactory(), Map.of())))) {
                    SwapReport swap = host.instance.swap(request);
                    System.out.println(swap.after() + ": " + swap.connections() + " connections, paused for "
                        + swap.pauseNs() / 1000 + " us");
                    equal(1000, swap.connections());
                }
                equal(true, wrk.isAlive());
                bash("kill -INT " + wrk.pid()); // it ends in order then, and reports
                String report = new String(wrk.getInputStream().readAllBytes());
                System.out.println(report);
                if (report.contains("Socket errors") || report.contains("Non-2xx")
                    || !report.matches("(?s).*[1-9][0-9]* requests in.*")) {
                    throw new AssertionError(report); // connections may stay: wrk ends with resets, which are sent once
                }
            } finally {
                wrk.destroyForcibly();
            }
        }
    }

    private void thousandConnections() throws Exception {
        LinuxHost.link(1500);
        ContextSize size = new ContextSize(2048, 64 << 10, 64 << 10, 4096);
        try (LinuxHost host = LinuxHost.start(new PacketPortFactory(), size, root, Map.of())) {
            DataPathStatus before = host.status();
            equal(1000, ManyConnections.run(LinuxHost.ECHO, 1000, 2000));
            settled(host);
            equal(before.contextConnections(), host.status().contextConnections());
            equal(before.transports().getFirst().flows(), host.status().transports().getFirst().flows());
        }
    }

    /** Bytes each way over each of five connections at once, so that their timeouts overlap; MTU-sized frames. */
    private void badWire(int bytes) throws Exception {
        LinuxHost.link(1500);
        Namespace.execute("ethtool -K linux0 tso off gso off");
        Impairment impairment = Impairment.parse("seed=42,loss=0.01,reorder=0.01,duplicate=0.01,side=both");
        System.out.println(impairment);
        LinuxHost.BadWire port = new LinuxHost.BadWire(impairment);
        ContextSize size = new ContextSize(64, 256 << 10, 256 << 10, 4096);
        try (LinuxHost host = LinuxHost.start(port, size, root, Map.of("port.super-frames", "false"))) {
            String each = "for i in 1 2 3 4 5; do " + CURL;
            String wanted = bash(CURL + URL + "/hash/random/" + bytes + "?seed=7");
            String fetched = bash(each + URL + "/random/" + bytes + "?seed=7 | tee " + root
                + "/part$i | sha256sum & done; wait");
            equal(5, fetched.split(hash(wanted), -1).length - 1);
            String posted = bash(each + "-X POST -T " + root + "/part$i " + URL + "/hash & done; wait");
            equal((hash(wanted) + " " + bytes + "\n").repeat(5), posted);
            System.out.println(port.port.received() + " " + port.port.transmitted());
            settled(host);
        }
    }

    /** Linux recovers by what Millrace's acknowledgements report, and learns what came twice. */
    private void sack() throws Exception {
        badWire(3_000_000);
        System.out.println("SACK recoveries " + linuxCounter("TCPSackRecovery") + ", D-SACKs " + linuxCounter("TCPDSACKRecv"));
        if (linuxCounter("TCPSackRecovery") == 0 || linuxCounter("TCPDSACKRecv") == 0) {
            throw new AssertionError("Linux has seen no SACK");
        }
    }

    private static long linuxCounter(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/net/netstat"));
        List<String> names = List.of(lines.get(0).split(" "));
        return Long.parseLong(lines.get(1).split(" ")[names.indexOf(name)]);
    }

    /** Linux sends a stream in frames of the MTU; about every second is acknowledged, and the last one is too. */
    private void delayedAck() throws Exception {
        LinuxHost.link(1500);
        Namespace.execute("ethtool -K linux0 tso off gso off");
        try (LinuxHost host = LinuxHost.start(root)) {
            Path file = fetch("/random/20000000?seed=7");
            long before = host.status().counters().get("tcp-laminar.sent segments");
            equal(hash(bash("sha256sum " + file)), hash(bash(CURL + "-X POST -T " + file + " " + URL + "/hash")));
            long sent = host.status().counters().get("tcp-laminar.sent segments") - before;
            System.out.println("20 MB in some 13812 segments: " + sent + " sent in answer");
            if (sent < 500 || sent > 10_000) {
                throw new AssertionError(sent + " acknowledgements");
            }
            settled(host);
        }
    }

    /** A stream to Linux at a rate that follows its round trips. */
    private void timely() throws Exception {
        LinuxHost.link(1500);
        try (LinuxHost host = LinuxHost.start(root)) {
            Process fetching = new ProcessBuilder("bash", "-c", CURL + "'" + URL
                + "/random/30000000?seed=7' | sha256sum > " + root + "/sum").start();
            String[] paced = new String[1];
            Eventually.holds(() -> {
                host.status().connections().forEach(line -> paced[0] = line.detail().contains("rate=") ? line.detail()
                    : paced[0]);
                return paced[0] != null;
            }, () -> "no rate: " + host.status());
            System.out.println(paced[0]);
            fetching.waitFor();
            equal(hash(bash(CURL + "'" + URL + "/hash/random/30000000?seed=7'")),
                hash(Files.readString(root.resolve("sum"))));
            settled(host);
        }
    }

    /**
     * Returns when Millrace has nothing left but its listeners and what closed at the same time as the peer (RFC 9293 §3.6:
     * TIME-WAIT, without flow and context, for a minute); fails if that does not come about.
     */
    private static void settled(LinuxHost host) {
        Eventually.holds(() -> {
            DataPathStatus status = host.status();
            return status.connections().stream().filter(line -> !line.state().equals("TIME-WAIT")).count() == (long) LISTENERS * host.instance.config().shards()
                && status.contextConnections() == 0
                && status.transports().getFirst().flows() == 0;
        }, host::status);
        DataPathStatus status = host.status();
        System.out.println(status);
        equal(0L, status.transferFaults());
        equal(0L, status.contextsClosedForCause());
    }

    private static String bash(String command) throws IOException {
        Process process = new ProcessBuilder(List.of("bash", "-o", "pipefail", "-c", command))
            .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0 && process.exitValue() != 141) { // SIGPIPE: head has had enough
                throw new AssertionError(command + ": exit code " + process.exitValue() + " " + output);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return output;
    }

    private static String hash(String text) {
        Matcher matcher = HASH.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no hash in " + text);
        }
        return matcher.group();
    }

    private static void equal(Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }
}
