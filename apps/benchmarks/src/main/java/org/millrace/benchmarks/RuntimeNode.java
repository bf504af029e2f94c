package org.millrace.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** The runtime on a packet port, as a process of its own that applications attach to. */
final class RuntimeNode {
    private RuntimeNode() {
    }

    /**
     * Runs until it is killed.
     *
     * @param arguments address, interface, directory of the instance
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws InterruptedException {
        Instance.start(InstanceConfig.parse(Map.of("instance", "benchmark", "hardware", BluefieldBackend.NAME, "transports",
            "tcp-flextoe", "port", "packet", "port.interface", arguments[1], "address", arguments[0] + "/24",
            "attach", "on", "attach.directory", arguments[2])), List.of(new BluefieldBackend()),
            List.of(new FlexToeFactory()), List.of(new PacketPortFactory()));
        System.out.println(TwoNetworks.READY);
        new CountDownLatch(1).await();
    }
}
