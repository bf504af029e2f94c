package org.millrace.netty;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.udp.UdpFactory;

/** Two Millrace hosts of this process on one wire: 10.9.0.1 serves, 10.9.0.2 asks. */
final class TwoHosts implements AutoCloseable {
    static final String SERVER = "10.9.0.1";
    static final String CLIENT = "10.9.0.2";
    static final ContextSize SIZE = new ContextSize(512, 64 << 10, 64 << 10, 1024);

    /** System property: data paths of each host, for a test that does not say. */
    private static final int SHARDS = Integer.getInteger("millrace.suite.shards", 1);

    /** Netty's tests have a host that never answers. */
    private static final String NOWHERE = "198.51.100.0/24 via ";

    final Instance server;
    final Instance client;

    TwoHosts() {
        this(SHARDS);
    }

    TwoHosts(int shards) {
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        server = host("server", SERVER, shards, null, port(ends[0]));
        client = host("client", CLIENT, shards, null, port(ends[1]));
    }

    /** On the interfaces of a veth pair. */
    TwoHosts(String serverInterface, String clientInterface) {
        server = host("server", SERVER, SHARDS, serverInterface, new PacketPortFactory());
        client = host("client", CLIENT, SHARDS, clientInterface, new PacketPortFactory());
    }

    private static Instance host(String name, String address, int shards, String networkInterface, PortFactory port) {
        Map<String, String> options = new TreeMap<>(Map.of("instance", name, "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe,udp", "port", port.kind(), "address", address + "/24", "shards",
            Integer.toString(shards), "routes", NOWHERE
            + (address.equals(SERVER) ? CLIENT : SERVER)));
        if (networkInterface != null) {
            options.put("port.interface", networkInterface);
        }
        return Instance.start(InstanceConfig.parse(options), List.of(new BluefieldBackend()),
            List.of(new FlexToeFactory(), new UdpFactory()), List.of(port));
    }

    private static PortFactory port(Port port) {
        return new PortFactory() {
            @Override
            public String kind() {
                return "memory";
            }

            @Override
            public Port open(Map<String, String> options) {
                return port;
            }
        };
    }

    EventLoopGroup serverLoops(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, MillraceIoHandler.newFactory(server, SIZE));
    }

    EventLoopGroup clientLoops(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, MillraceIoHandler.newFactory(client, SIZE));
    }

    static InetSocketAddress anyPort() {
        return new InetSocketAddress(SERVER, 0);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
