package org.millrace.ports;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.millrace.api.port.PortException;
import org.millrace.memory.Linux;
import org.millrace.memory.NativeException;
import org.millrace.memory.Sockets;

/**
 * An AF_PACKET socket on one interface: packet(7), Documentation/networking/packet_mmap.rst. Everything that is done
 * once, or seldom.
 */
final class PacketSocket implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_CLOEXEC = 3 | Linux.O_CLOEXEC;
    /** ETH_P_ALL in network byte order. */
    private static final short ALL_PROTOCOLS = 0x0300;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_COPY_THRESH = 7;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_FANOUT_DATA = 22;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int FANOUT_CBPF = 6;
    private static final int FANOUT_UNIQUE_ID = 0x2000;
    /** {@code struct sock_filter}. */
    private static final int INSTRUCTION_BYTES = 8;
    private static final int TPACKET_V2 = 1;
    private static final short PACKET_MR_PROMISC = 1;
    private static final short PACKET_MR_UNICAST = 3;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final int IFF_UP = 1;
    /** It has a link. */
    private static final int IFF_RUNNING = 0x40;
    /** {@code struct ifreq}: 16 bytes of name, then a union. */
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_VALUE = 16;

    private final Sockets sockets = new Sockets();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(64, 8);
    private final String interfaceName;
    private final int interfaceIndex;
    private final int descriptor;

    /** Opens a socket that is not bound: it receives nothing yet. */
    PacketSocket(String interfaceName) {
        this.interfaceName = interfaceName;
        interfaceIndex = sockets.interfaceIndex(interfaceName);
        if (interfaceIndex == 0) {
            throw new PortException("packet port: no interface '" + interfaceName + "'; there are " + interfaces());
        }
        int fd = sockets.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0);
        if (fd == -Linux.EPERM || fd == -Linux.EACCES) {
            throw new PortException("packet port on " + interfaceName + ": raw frames need CAP_NET_RAW; run with it, or"
                    + " inside `unshare -Urn`, which gives it in a network of its own; the memory port needs no"
                    + " privilege");
        }
        descriptor = check(fd, "socket");
    }

    int descriptor() {
        return descriptor;
    }

    /** Sets the options that must stand before the ring is made: only incoming frames, version 2, virtio-net headers. */
    void configure(int sendBufferBytes) {
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1), "PACKET_IGNORE_OUTGOING");
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_VERSION, TPACKET_V2), "PACKET_VERSION");
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
        buffer(SO_SNDBUFFORCE, SO_SNDBUF, sendBufferBytes, "SO_SNDBUF");
    }

    /** Without CAP_NET_ADMIN the system's limit holds. */
    private void buffer(int force, int option, int bytes, String name) {
        if (sockets.setOption(descriptor, SOL_SOCKET, force, bytes) < 0) {
            check(sockets.setOption(descriptor, SOL_SOCKET, option, bytes), name);
        }
    }

    /**
     * Has frames that are longer than a slot of the ring wait whole in the socket's queue beside it, before the ring is made.
     * Answers how many bytes may wait there, as the kernel counts them.
     */
    int queueLongFrames(int receiveBufferBytes) {
        buffer(SO_RCVBUFFORCE, SO_RCVBUF, receiveBufferBytes, "SO_RCVBUF");
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_COPY_THRESH, 1), "PACKET_COPY_THRESH");
        scratch.set(INT, 4, 4);
        check(Sockets.optionQuietly(descriptor, SOL_SOCKET, SO_RCVBUF, scratch.address(), scratch.address() + 4), "SO_RCVBUF");
        return scratch.get(INT, 0);
    }

    /** Makes the receive ring and maps it; the mapping has to be gone before {@link #close}. */
    long mapReceiveRing(int blockBytes, int blocks, int slotBytes, int slots) {
        scratch.set(INT, 0, blockBytes); // struct tpacket_req
        scratch.set(INT, 4, blocks);
        scratch.set(INT, 8, slotBytes);
        scratch.set(INT, 12, slots);
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_RX_RING, scratch.address(), 16), "PACKET_RX_RING");
        return Linux.check(new Linux().map(descriptor, 0, (long) blockBytes * blocks), "mmap of the receive ring");
    }

    /** Begins to receive. */
    void bind() {
        scratch.fill((byte) 0); // struct sockaddr_ll
        scratch.set(SHORT, 0, (short) AF_PACKET);
        scratch.set(SHORT, 2, ALL_PROTOCOLS);
        scratch.set(INT, 4, interfaceIndex);
        check(sockets.bind(descriptor, scratch.address(), 20), "bind");
    }

    /**
     * Shares what is received with others of a group, in the order in which they join; after {@link #bind}.
     *
     * @param group  what the first of the group got from this method, or −1: this is the first
     * @param filter says who gets a frame; of the first, for all
     * @return the group
     */
    int join(int group, long[] filter) {
        int first = group < 0 ? FANOUT_UNIQUE_ID : 0;
        check(sockets.setOption(descriptor, SOL_PACKET, PACKET_FANOUT, Math.max(group, 0) | (FANOUT_CBPF | first) << 16),
                "PACKET_FANOUT");
        if (group >= 0) {
            return group;
        }
        try (Arena program = Arena.ofConfined()) {
            MemorySegment instructions = program.allocate((long) filter.length * INSTRUCTION_BYTES, 8);
            for (int i = 0; i < filter.length; i++) {
                instructions.setAtIndex(ValueLayout.JAVA_LONG, i, filter[i]);
            }
            scratch.fill((byte) 0); // struct sock_fprog
            scratch.set(SHORT, 0, (short) filter.length);
            scratch.set(ValueLayout.JAVA_LONG, 8, instructions.address());
            check(sockets.setOption(descriptor, SOL_PACKET, PACKET_FANOUT_DATA, scratch.address(), 16), "PACKET_FANOUT_DATA");
        }
        scratch.set(INT, 16, 4);
        check(Sockets.optionQuietly(descriptor, SOL_PACKET, PACKET_FANOUT, scratch.address(), scratch.address() + 16),
                "PACKET_FANOUT");
        return scratch.get(INT, 0) & 0xffff;
    }

    /** Has the interface accept frames to {@code mac}: by its filter, or else all frames. */
    void listenFor(long mac) {
        scratch.fill((byte) 0); // struct packet_mreq
        scratch.set(INT, 0, interfaceIndex);
        scratch.set(SHORT, 4, PACKET_MR_UNICAST);
        scratch.set(SHORT, 6, (short) 6);
        for (int i = 0; i < 6; i++) {
            scratch.set(ValueLayout.JAVA_BYTE, 8 + i, (byte) (mac >> 40 - 8 * i));
        }
        if (sockets.setOption(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, scratch.address(), 16) < 0) {
            scratch.set(SHORT, 4, PACKET_MR_PROMISC);
            check(sockets.setOption(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, scratch.address(), 16),
                    "PACKET_ADD_MEMBERSHIP");
        }
    }

    /** Says what to do if the interface is down. */
    void requireUp() {
        request(SIOCGIFFLAGS, "SIOCGIFFLAGS");
        if ((scratch.get(SHORT, IFREQ_VALUE) & IFF_UP) == 0) {
            throw new PortException("packet port on " + interfaceName + ": the interface is down; `ip link set "
                    + interfaceName + " up`");
        }
    }

    /** {@return whether the interface that was opened is still there, up, and has a link} */
    boolean isRunning() {
        if (sockets.interfaceIndex(interfaceName) != interfaceIndex) {
            return false; // gone, or another one by its name, of which this socket knows nothing
        }
        nameInterface();
        return sockets.ioctl(descriptor, SIOCGIFFLAGS, scratch.address()) >= 0
                && (~scratch.get(SHORT, IFREQ_VALUE) & (IFF_UP | IFF_RUNNING)) == 0;
    }

    int mtuBytes() {
        request(SIOCGIFMTU, "SIOCGIFMTU");
        return scratch.get(INT, IFREQ_VALUE);
    }

    /** {@return an address for a stack on this interface, always the same and not the interface's own} */
    long derivedMac() {
        request(SIOCGIFHWADDR, "SIOCGIFHWADDR");
        StringBuilder text = new StringBuilder(interfaceName);
        for (int i = 0; i < 6; i++) {
            text.append((char) (scratch.get(ValueLayout.JAVA_BYTE, IFREQ_VALUE + 2 + i) & 0xff));
        }
        return PortOptions.localMac(text.toString());
    }

    /** {@return frames that found the ring full since the last call} */
    long takeDrops() {
        scratch.set(INT, 16, 8);
        int result = Sockets.optionQuietly(descriptor, SOL_PACKET, PACKET_STATISTICS, scratch.address(),
                scratch.address() + 16);
        return result < 0 ? 0 : Integer.toUnsignedLong(scratch.get(INT, 4)); // struct tpacket_stats: packets, drops
    }

    /** Forgets a pending error, such as the interface having gone down: poll would report it for ever. Memory: 8 bytes. */
    void clearError(MemorySegment memory) {
        memory.set(INT, 4, 4);
        Sockets.optionQuietly(descriptor, SOL_SOCKET, SO_ERROR, memory.address(), memory.address() + 4);
    }

    /** Closes it; again: nothing, for the descriptor may be another's by now. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            Linux.close(descriptor);
            arena.close();
        }
    }

    private void request(long request, String name) {
        nameInterface();
        check(sockets.ioctl(descriptor, request, scratch.address()), name);
    }

    private void nameInterface() {
        scratch.asSlice(0, IFREQ_BYTES).fill((byte) 0);
        MemorySegment.copy(MemorySegment.ofArray(interfaceName.getBytes(StandardCharsets.UTF_8)), 0, scratch, 0,
                Math.min(15, interfaceName.length()));
    }

    private int check(int result, String call) {
        try {
            return (int) Linux.check(result, call);
        } catch (NativeException e) {
            throw new PortException("packet port on " + interfaceName + ": " + e.getMessage());
        }
    }

    /** {@return the names of this network namespace's interfaces}; /sys would show those of another */
    private static String interfaces() {
        try (var lines = Files.lines(Path.of("/proc/self/net/dev"))) {
            return lines.filter(line -> line.contains(":")).map(line -> line.substring(0, line.indexOf(':')).strip())
                    .sorted().toList().toString();
        } catch (IOException e) {
            return "(unknown: " + e.getMessage() + ")";
        }
    }
}
