package org.millrace.nio;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Namespace;

/** In a network namespace: the JDK's HTTP server over a packet port, asked by the kernel's curl over a veth pair. */
final class KernelClientScenario {
    private static final String ADDRESS = "10.77.0.2";
    private static final int LENGTH_BYTES = 10_000_000;

    private KernelClientScenario() {
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Namespace.execute("ip link add linux0 type veth peer name millrace0", "ip link set lo up",
            "ip addr add 10.77.0.1/24 dev linux0", "ip link set linux0 up", "ip link set millrace0 up");
        InstanceConfig config = InstanceConfig.parse(Map.of("instance", "one", "hardware", BluefieldBackend.NAME,
            "transports", "tcp-flextoe", "port", "packet", "port.interface", "millrace0", "address", ADDRESS + "/24",
            "attach", "on", "attach.directory", directory.resolve("one").toString()));
        Instance instance = Instance.start(config, List.of(new BluefieldBackend()), List.of(new FlexToeFactory()),
            List.of(new PacketPortFactory()));
        try (Child server = Child.overMillrace(directory.resolve("one"), JdkServer.class, "0.0.0.0", "80")) {
            equal("listening", server.line());
            Path file = directory.resolve("file");
            String url = "http://" + ADDRESS + "/";
            Namespace.execute("curl -sSf -m 50 -o " + file + " " + url + LENGTH_BYTES);
            try (Payload expected = new Payload(LENGTH_BYTES, LENGTH_BYTES)) {
                equal(Payload.hash(expected), Payload.hash(Files.newInputStream(file)));
            }
            String posted = Namespace.execute("curl -sSf -m 50 -X POST --data-binary @" + file + " " + url);
            equal(Payload.hash(Files.newInputStream(file)), posted);
        }
        instance.close();
        System.out.println("passed");
        System.exit(0);
    }

    private static void equal(String expected, String found) {
        if (!expected.equals(found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }
}
