package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A veth pair in the process's own network namespace: one end is Linux's and has an address, the other is the packet
 * port's and has none, or the kernel would answer in Millrace's place.
 */
final class LinuxLink {
    static final String LINUX_ADDRESS = "10.77.0.1";
    static final String MILLRACE_ADDRESS = "10.77.0.2";
    static final int PREFIX_LENGTH = 24;
    static final String MILLRACE_END = "millrace0";

    private static final String LINUX_END = "linux0";

    private LinuxLink() {
    }

    /** Makes the pair; both ends are up when it returns. */
    static void create(Processes processes, int mtuBytes) throws IOException, InterruptedException {
        for (String command : List.of(
            "link add " + LINUX_END + " type veth peer name " + MILLRACE_END,
            "link set lo up",
            // without a link-local address there is no IPv6 on the link
            "link set " + LINUX_END + " mtu " + mtuBytes + " addrgenmode none",
            "link set " + MILLRACE_END + " mtu " + mtuBytes + " addrgenmode none",
            "addr add " + LINUX_ADDRESS + "/" + PREFIX_LENGTH + " dev " + LINUX_END,
            "link set " + LINUX_END + " up",
            "link set " + MILLRACE_END + " up")) {
            processes.run("ip", Processes.LIMIT, List.of(("ip " + command).split(" ")));
        }
    }

    /** {@return bytes that Linux has received, and sent, on the pair; packet headers included} */
    static long[] bytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/net/dev"))) { // proc(5)
            String[] fields = line.strip().split("[: ]+");
            if (fields[0].equals(LINUX_END)) {
                return new long[] {Long.parseLong(fields[1]), Long.parseLong(fields[9])};
            }
        }
        throw new DemoFailure("no interface " + LINUX_END);
    }
}
