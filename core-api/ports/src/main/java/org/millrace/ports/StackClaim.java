package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.millrace.api.port.PortException;
import org.millrace.memory.Linux;
import org.millrace.memory.NativeException;
import org.millrace.memory.Sockets;

/**
 * Keeps two stacks from answering for one MAC address on one interface: each would reset the other's connections. The claim
 * is an abstract Unix address (unix(7)): it belongs to the network namespace, as the interface does, and ends with its
 * process.
 */
final class StackClaim implements AutoCloseable {
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | Linux.O_CLOEXEC;
    private static final int EADDRINUSE = 98;
    private static final int NAME = Short.BYTES + 1; // a 0 marks an abstract address

    private final int descriptor;

    private StackClaim(int descriptor) {
        this.descriptor = descriptor;
    }

    static StackClaim of(String interfaceName, long mac) {
        byte[] name = "millrace/%s/%012x".formatted(interfaceName, mac).getBytes(StandardCharsets.US_ASCII);
        Sockets sockets = new Sockets();
        int fd = (int) Linux.check(sockets.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(NAME + name.length, Short.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, NAME, name.length);
            int error = sockets.bind(fd, address.address(), (int) address.byteSize());
            if (error == -EADDRINUSE) {
                throw new PortException("packet port: interface '" + interfaceName + "' is taken: another stack runs on it "
                        + "with the same MAC address; stop it, or give this one another port.interface or port.mac");
            }
            Linux.check(error, "claiming interface " + interfaceName);
            return new StackClaim(fd);
        } catch (PortException | NativeException e) {
            Linux.close(fd);
            throw e;
        }
    }

    @Override
    public void close() {
        Linux.close(descriptor);
    }
}
