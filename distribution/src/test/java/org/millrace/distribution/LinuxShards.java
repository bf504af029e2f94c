package org.millrace.distribution;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.DropReason;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.ShardLine;
import org.millrace.testkit.Eventually;
import org.millrace.testkit.Namespace;

/** What the kernel sends to one address is two data paths' behind it: who gets what. */
final class LinuxShards {
    private static final int CONNECTIONS = 200;
    private static final int PEERS = 16;
    private static final int ARP = 5; // at most so many copies for the other data path
    private static final ContextSize SIZE = new ContextSize(512, 64 << 10, 64 << 10, 4096);
    private static final String URL = "http://" + LinuxHost.ADDRESS;

    private LinuxShards() {
    }

    static void run(String scenario, Path root) throws Exception {
        LinuxHost.link(1500);
        Map<String, String> routes = Map.of("routes", "default via 10.77.0.1");
        try (LinuxHost host = LinuxHost.start(new PacketPortFactory(), SIZE, root, routes)) {
            switch (scenario) {
                case "shareShortConnections" -> shareShortConnections(host);
                case "pathMtuReachesItsShard" -> pathMtuReachesItsShard(host);
                case "fragmentsHurtNobody" -> fragmentsHurtNobody(host);
                default -> throw new IllegalArgumentException(scenario);
            }
            DataPathStatus status = host.status();
            System.out.println(status);
            check(status.transferFaults() == 0 && status.contextsClosedForCause() == 0, status);
        }
    }

    private static List<DataPathStatus> shards(LinuxHost host) {
        List<DataPathStatus> shards = host.instance.figuresByShard();
        check(shards.size() == 2, shards);
        return shards;
    }

    private static long segments(DataPathStatus shard) {
        return shard.transports().getFirst().received();
    }

    /** A connection after the other: by chance alone each data path gets a fair part, and no segment of the other's. */
    private static void shareShortConnections(LinuxHost host) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (SocketChannel channel = SocketChannel.open(LinuxHost.ECHO)) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) i}));
                ByteBuffer answer = ByteBuffer.allocate(1);
                check(channel.read(answer) == 1 && answer.get(0) == (byte) i, "echo " + i);
            }
        }
        for (DataPathStatus shard : shards(host)) {
            check(segments(shard) >= CONNECTIONS / 4, shard); // 2^-41 by chance for less than a quarter of the connections
        }
        check(handed(host) <= ARP, "handed over: " + handed(host));
        Eventually.holds(() -> host.status().contextConnections() == 0 && host.status().transports().getFirst().flows() == 0,
            host::status);
    }

    /** Frames that came to one data path and were the other's. */
    private static long handed(LinuxHost host) {
        return host.instance.shardLines().stream().mapToLong(ShardLine::handedOver).sum();
    }

    /**
     * Behind Linux, which forwards, is another network with a link that takes less than both ends say. What does not fit comes back
     * as an ICMP error, to the first data path whosever it is. What one learns of a peer the other is told, so each stream has a peer of
     * its own: each has to have its error. That all are one data path's has a chance of 2^-15.
     */
    private static void pathMtuReachesItsShard(LinuxHost host) throws Exception {
        long before;
        Process behind = new ProcessBuilder("unshare", "-n", "cat").start(); // ends with its input
        try {
            String inside = "nsenter -t " + behind.pid() + " -n ";
            Eventually.holds(() -> !bash("readlink /proc/self/ns/net").equals(bash("readlink /proc/" + behind.pid() + "/ns/net")),
                () -> "a namespace of " + behind.pid());
            Namespace.execute("ip link add near0 type veth peer name far0 netns " + behind.pid(),
                "ip link set near0 mtu 1300 addrgenmode none", "ip addr add 10.78.0.1/24 dev near0", "ip link set near0 up",
                "sysctl -qw net.ipv4.ip_forward=1", inside + "ip addr add 10.78.0.2/24 dev far0",
                inside + "ip link set far0 up", inside + "ip route add default via 10.78.0.1");
            bash("for i in $(seq 2 " + PEERS + "); do " + inside + "ip addr add 10.78.0.$((i+1))/24 dev far0; done");
            String sum = bash("curl -sSf -m 60 '" + URL + "/hash/random/1000000?seed=7'").strip().split(" ")[0];
            before = handed(host);
            String sums = bash("for i in $(seq 1 " + PEERS + "); do " + inside + "curl --interface 10.78.0.$((i+1)) -sSf -m 40 '" + URL
                + "/random/1000000?seed=7' | sha256sum & done; wait");
            check(sums.split(sum, -1).length - 1 == PEERS, sums);
        } finally {
            behind.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
        for (DataPathStatus shard : shards(host)) {
            check(shard.transports().getFirst().sentPayloadBytes() > 0, shard);
        }
        check(handed(host) > before, "handed over: " + handed(host)); // errors for streams of the other data path
    }

    /** Fragments are the first data path's, which counts and drops them; streams go on on both. */
    private static void fragmentsHurtNobody(LinuxHost host) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            for (int i = 0; i < 3; i++) {
                channel.send(ByteBuffer.allocate(4000), LinuxHost.ECHO);
                check(ManyConnections.run(LinuxHost.ECHO, 50, 2000) == 50, "connections");
            }
        }
        List<DataPathStatus> shards = shards(host);
        check(shards.get(0).drops().get(DropReason.IP_FRAGMENT.text()) == 9, shards.get(0));
        check(!shards.get(1).drops().containsKey(DropReason.IP_FRAGMENT.text()), shards.get(1));
        for (DataPathStatus shard : shards) {
            check(segments(shard) > 100, shard);
        }
    }

    private static String bash(String command) throws IOException {
        Process process = new ProcessBuilder("bash", "-o", "pipefail", "-c", command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            check(process.waitFor() == 0, command + ": " + output);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return output;
    }

    private static void check(boolean holds, Object otherwise) {
        if (!holds) {
            throw new AssertionError(String.valueOf(otherwise));
        }
    }
}
