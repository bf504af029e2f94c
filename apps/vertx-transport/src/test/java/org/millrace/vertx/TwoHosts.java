package org.millrace.vertx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.ContextSize;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.homa.HomaFactory;
import org.millrace.ports.MemoryPort;
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
    private static final String SHARDS = System.getProperty("millrace.suite.shards", "1");

    final Instance server;
    final Instance client;

    TwoHosts() {
        this(Map.of(), SHARDS);
    }

    TwoHosts(int shards) {
        this(Map.of(), Integer.toString(shards));
    }

    /** With an instance at the server's address that other processes can attach to by its directory. */
    TwoHosts(Path directory) {
        this(Map.of("attach", "on", "attach.directory", directory.toString()), SHARDS);
    }

    private TwoHosts(Map<String, String> server, String shards) {
        this(server, Map.of(), shards);
    }

    private TwoHosts(Map<String, String> serverOptions, Map<String, String> clientOptions, String shards) {
        MemoryPort[] ends = MemoryPort.pair(Map.of());
        server = host("server", SERVER, ends[0], serverOptions, shards);
        client = host("client", CLIENT, ends[1], clientOptions, shards);
    }

    /** Whose client gives a Homa peer up that is silent for so long. */
    static TwoHosts withHomaTimeout(int ms) {
        return new TwoHosts(Map.of(), Map.of("transport.homa.timeout-ms", Integer.toString(ms)), SHARDS);
    }

    private static Instance host(String name, String address, Port port, Map<String, String> more,
                                 String shards) {
        Map<String, String> map = new TreeMap<>(Map.of("instance", name, "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe,udp,homa", "transport.homa.timeout-ms", "20000", "port", "memory", "address", address + "/24"));
        map.put("shards", shards);
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
        return Instance.start(config, List.of(new BluefieldBackend()), List.of(new FlexToeFactory(), new UdpFactory(),
            new HomaFactory()), List.of(ready));
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
