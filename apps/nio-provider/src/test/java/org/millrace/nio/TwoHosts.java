package org.millrace.nio;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** Two Millrace hosts of this process on one wire: 10.9.0.1 serves, 10.9.0.2 asks. */
final class TwoHosts implements AutoCloseable {
    static final String SERVER = "10.9.0.1";
    static final String CLIENT = "10.9.0.2";
    static final ContextSize SIZE = new ContextSize(1100, 64 << 10, 64 << 10, 1024);

    /** System property: data paths of each host, for a test that does not say. */
    private static final String SHARDS = System.getProperty("millrace.suite.shards", "1");

    final Instance server;
    final Instance client;

    TwoHosts() {
        this(Map.of(), Map.of());
    }

    TwoHosts(int shards) {
        this(Map.of("shards", Integer.toString(shards)), Map.of("shards", Integer.toString(shards)));
    }

    /** With instances that other processes can attach to by their directories. */
    TwoHosts(Path serverDirectory, Path clientDirectory) {
        this(attached(serverDirectory), attached(clientDirectory));
    }

    private static Map<String, String> attached(Path directory) {
        return Map.of("attach", "on", "attach.directory", directory.toString());
    }

    private TwoHosts(Map<String, String> serverOptions, Map<String, String> clientOptions) {
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        server = host("server", SERVER, ends[0], serverOptions);
        client = host("client", CLIENT, ends[1], clientOptions);
    }

    private static Instance host(String name, String address, Port port, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("instance", name, "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe", "port", "memory", "address", address + "/24"));
        map.put("shards", SHARDS);
        map.putAll(more);
        InstanceConfig config = InstanceConfig.parse(map);
        PortFactory ready = new PortFactory() {
            @Override
            public String kind() {
                return "memory";
            }

            @Override
            public Port open(Map<String, String> options) {
                return port;
            }
        };
        return Instance.start(config, List.of(new BluefieldBackend()), List.of(new FlexToeFactory()), List.of(ready));
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
