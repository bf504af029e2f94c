package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a runtime of a demonstration is joined to, and who fetches from it: Linux by a veth pair, or where there is no network
 * of its own to be had, a second Millrace host by shared memory.
 *
 * @param port    the runtime's port, in keys of its configuration
 * @param fetcher fetches from it
 */
record DemoNetwork(Map<String, String> port, Fetcher fetcher) {
    /**
     * Makes it and says what it is.
     *
     * @param refusal why there is no Linux to talk to, or null if there is
     */
    static DemoNetwork create(Processes processes, Path directory, int mtuBytes, String refusal)
        throws IOException, InterruptedException {
        if (refusal == null) {
            System.err.println("A network of its own: Linux " + LinuxLink.LINUX_ADDRESS + " -- veth, MTU " + mtuBytes
                + " -- Millrace " + LinuxLink.MILLRACE_ADDRESS);
            LinuxLink.create(processes, mtuBytes);
            return new DemoNetwork(Map.of("port", "packet", "port.interface", LinuxLink.MILLRACE_END),
                Fetcher.curl(processes, directory));
        }
        System.err.println("No network of its own is to be had here (" + refusal + "): a second Millrace host over the memory "
            + "port takes Linux's place");
        Path peer = directory.resolve("peer");
        Map<String, String> configuration = configuration(memory(directory, "b", mtuBytes), peer, LinuxLink.LINUX_ADDRESS);
        RuntimeProcess.start(processes, directory, "peer", configuration);
        return new DemoNetwork(memory(directory, "a", mtuBytes), Fetcher.attached(processes, directory, peer));
    }

    private static Map<String, String> memory(Path directory, String side, int mtuBytes) {
        return Map.of("port", "memory", "port.path", directory.resolve("wire").toString(), "port.side", side, "port.mtu",
            Integer.toString(mtuBytes));
    }

    /** {@return the configuration of the runtime that applications attach to in a directory} */
    Map<String, String> configuration(Path instance) {
        return configuration(port, instance, LinuxLink.MILLRACE_ADDRESS);
    }

    private static Map<String, String> configuration(Map<String, String> port, Path instance, String address) {
        Map<String, String> configuration = new HashMap<>(port);
        configuration.putAll(Map.of("instance", instance.getFileName().toString(), "hardware", "hw-bluefield", "transports",
            "tcp-flextoe", "address", address + "/" + LinuxLink.PREFIX_LENGTH, "attach", "on", "attach.directory",
            instance.toString()));
        return configuration;
    }
}
