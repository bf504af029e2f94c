package org.millrace.lab.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.millrace.lab.experiment.LabException;
import org.millrace.memory.Linux;
import org.millrace.memory.Sockets;

/** What a network is made of: interfaces and their settings, in the network of the calling thread. */
final class Network {
    private static final long SIOCETHTOOL = 0x8946;
    /** ETHTOOL_STXCSUM, STSO, SGSO, SGRO, in an order that lets none hold another. */
    private static final int[] OFFLOADS = {0x1f, 0x24, 0x2c, 0x17};
    private static final int AF_INET_DGRAM_CLOEXEC = 2 | Linux.O_CLOEXEC;

    private Network() {
    }

    /** @throws LabException unless this process is in a network of its own, in which it may make interfaces */
    static void require(String experiment) throws LabException {
        String others = interfaces().stream().filter(name -> !name.equals("lo")).findFirst().orElse("");
        String refusal = others;
        if (others.isEmpty()) {
            try {
                command("ip link add probe0 type veth peer name probe1");
                command("ip link del probe0");
                return;
            } catch (UncheckedIOException | IllegalStateException e) {
                refusal = e.getMessage();
            }
        }
        throw new LabException(experiment + " needs a network of its own, which user namespaces give where they are allowed (unshare -Urn): "
            + (others.isEmpty() ? refusal : "here is the interface " + others));
    }

    private static List<String> interfaces() {
        try (var lines = Files.lines(Path.of("/proc/self/net/dev"))) {
            return lines.filter(line -> line.contains(":")).map(line -> line.substring(0, line.indexOf(':')).strip()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a pair of interfaces; the first is set up. */
    static void pair(String near, long farMac, String far) {
        command("ip link add " + near + " type veth peer name " + far + " address " + text(farMac));
        for (String each : List.of(near, far)) {
            command("ip link set " + each + " addrgenmode none");
            withoutOffloads(each);
        }
        command("ip link set " + near + " up");
    }

    private static String text(long mac) {
        StringBuilder text = new StringBuilder();
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(text.isEmpty() ? "" : ":").append(String.format("%02x", mac >> shift & 0xff));
        }
        return text.toString();
    }

    /** Frames of the wire only, with their checksums: ethtool -K NAME tso off gso off gro off tx off. */
    static void withoutOffloads(String interfaceName) {
        Sockets sockets = new Sockets();
        int socket = (int) Linux.check(sockets.socket(2, AF_INET_DGRAM_CLOEXEC, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(40, 8); // struct ifreq: name, then a pointer to struct ethtool_value
            MemorySegment value = arena.allocate(8, 8);
            byte[] name = interfaceName.getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
            request.set(ValueLayout.JAVA_LONG, 16, value.address());
            for (int offload : OFFLOADS) {
                value.set(ValueLayout.JAVA_INT, 0, offload);
                value.set(ValueLayout.JAVA_INT, 4, 0);
                Linux.check(sockets.ioctl(socket, SIOCETHTOOL, request.address()), "offloads of " + interfaceName);
            }
        } finally {
            Linux.close(socket);
        }
    }

    /**
     * Runs a command, words separated by single spaces.
     *
     * @throws IllegalStateException if it fails, with what it printed
     */
    static void command(String words) {
        try {
            Process process = new ProcessBuilder(words.split(" ")).redirectErrorStream(true).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(words + ": " + printed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(words + ": interrupted", e);
        }
    }

    /** Writes a setting of the kernel. */
    static void write(String file, String value) {
        try {
            Files.writeString(Path.of(file), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
