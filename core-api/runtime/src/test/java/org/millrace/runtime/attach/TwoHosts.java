package org.millrace.runtime.attach;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.GivenPort;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** An instance at 10.0.0.1 that other processes can attach to, and its peer at 10.0.0.2, which is for this process only. */
final class TwoHosts implements AutoCloseable {
    final Instance runtime;
    final Instance peer;

    TwoHosts(Path directory, Map<String, String> more) {
        MemoryPort[] wire = MemoryPort.pair(Map.of());
        Map<String, String> attach = new TreeMap<>(more);
        attach.put("attach", "on");
        attach.put("attach.directory", directory.toString());
        runtime = start(wire[0], "10.0.0.1/24", attach);
        peer = start(wire[1], "10.0.0.2/24", Map.of());
    }

    /** A runtime of its own process, of so many shards: until it is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        try (TwoHosts hosts = new TwoHosts(Path.of(arguments[0]), Map.of("shards", arguments[1]))) {
            System.out.println("ready " + hosts.runtime.name());
            Thread.currentThread().join();
        }
    }

    static Instance start(Port port, String address, Map<String, String> more) {
        Map<String, String> map = new TreeMap<>(Map.of("hardware", "hw-bluefield", "transports", "tcp-flextoe", "port",
            "test", "address", address));
        map.putAll(more);
        return Instance.start(InstanceConfig.parse(map), List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new GivenPort(port)));
    }

    @Override
    public void close() {
        runtime.close();
        peer.close();
    }
}
