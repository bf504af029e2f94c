package org.millrace.ports;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.FrameSteering;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/**
 * Raw frames on a network interface: AF_PACKET with a memory-mapped receive ring, and super-frames and partial
 * checksums both ways through virtio-net headers, so that a Linux peer on a veth pair keeps its default offloads.
 * Payload spans must be native memory.
 *
 * <p>The stack on it needs a MAC address other than the interface's, and the interface no IP address, or the kernel
 * answers too.
 *
 * <p>Owned by: the data-path thread; {@link #counters} may be called by any.
 */
public final class PacketPort implements Port {
    /**
     * A frame of 64 KB or more, Ethernet header included, would be cut by the kernel before a veth sees it:
     * gso_features_check in net/core/dev.c.
     */
    static final int MAX_SUPER_FRAME_BYTES = 65535;
    private static final int ETHERNET_BYTES = 14;

    private final PacketSocket socket;
    private final PacketReceiver receiver;
    private final PacketTransmitter transmitter;
    private final PortInfo info;
    private final Common common;
    private final MemorySegment scratch = Arena.ofAuto().allocate(8, 8);
    private long ringDrops;
    private boolean closed;

    /** What the queues of one port have in common; it ends with the last of them. */
    private static final class Common {
        private final StackClaim claim;
        private final AtomicInteger users = new AtomicInteger();

        Common(StackClaim claim) {
            this.claim = claim;
        }

        void leave() {
            if (users.decrementAndGet() == 0) {
                claim.close();
            }
        }
    }

    private PacketPort(PacketSocket socket, PacketReceiver receiver, PacketTransmitter transmitter, PortInfo info,
            Common common) {
        this.socket = socket;
        this.receiver = receiver;
        this.transmitter = transmitter;
        this.info = info;
        this.common = common;
        common.users.incrementAndGet();
    }

    /** Opens a port as {@link PacketPortFactory} has read its options. */
    static PacketPort open(String interfaceName, PortOptions options) {
        PacketSocket socket = new PacketSocket(interfaceName);
        StackClaim claim = null;
        try {
            socket.requireUp();
            long mac = options.mac("mac", socket.derivedMac());
            claim = StackClaim.of(interfaceName, mac);
            return open(socket, interfaceName, mac, options, new Common(claim));
        } catch (RuntimeException e) {
            socket.close();
            if (claim != null) {
                claim.close();
            }
            throw e;
        }
    }

    /** Opens as many as there are queues; the kernel shares out what comes. */
    static List<Port> open(String interfaceName, PortOptions options, FrameSteering steering) {
        List<Port> queues = new ArrayList<>();
        try {
            PacketPort first = open(interfaceName, options);
            queues.add(first);
            int group = steering.queues() == 1 ? -1 : first.socket.join(-1, steering.filter());
            while (queues.size() < steering.queues()) {
                PacketPort next = open(new PacketSocket(interfaceName), interfaceName, first.info.macAddress(), options,
                        first.common);
                queues.add(next);
                next.socket.join(group, steering.filter());
            }
            return queues;
        } catch (RuntimeException e) {
            queues.forEach(Port::close);
            throw e;
        }
    }

    private static PacketPort open(PacketSocket socket, String interfaceName, long mac, PortOptions options, Common common) {
        PacketReceiver receiver = null;
        try {
            int mtuBytes = socket.mtuBytes();
            boolean superFrames = options.flag("super-frames", true);
            socket.configure(options.number("send-buffer", 4 << 20, 1 << 16, 1 << 30));
            receiver = new PacketReceiver(socket, options.number("ring-frames", 2048, 16, 1 << 15), mtuBytes,
                    options.number("receive-buffer", 16 << 20, 1 << 16, 1 << 30));
            PacketTransmitter transmitter = new PacketTransmitter(socket.descriptor(),
                    options.number("batch-frames", 64, 1, 1024));
            socket.bind();
            socket.listenFor(mac);
            PortInfo info = new PortInfo("packet:" + interfaceName, mac, mtuBytes,
                    superFrames ? MAX_SUPER_FRAME_BYTES : mtuBytes + ETHERNET_BYTES, superFrames, superFrames, false);
            return new PacketPort(socket, receiver, transmitter, info, common);
        } catch (RuntimeException e) {
            close(socket, receiver);
            throw e;
        }
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        return receiver.receive(batch);
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return transmitter.newBatch();
    }

    @Override
    public int transmit(TransmitBatch batch) {
        return batch.count() == 0 ? 0 : transmitter.transmit(batch);
    }

    @Override
    public int descriptor() {
        return socket.descriptor();
    }

    @Override
    public void sleeping(boolean sleeping) {
        if (sleeping) {
            socket.clearError(scratch);
        }
    }

    @Override
    public synchronized boolean isUp() {
        return !closed && socket.isRunning();
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(receiver.frames(), receiver.bytes(), receiver.truncated() + ringDrops(),
                transmitter.frames(), transmitter.bytes(), transmitter.dropped());
    }

    /** The kernel forgets what it has reported. */
    private synchronized long ringDrops() {
        if (!closed) {
            ringDrops += socket.takeDrops();
        }
        return ringDrops;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            ringDrops += socket.takeDrops();
            closed = true;
            close(socket, receiver);
            common.leave();
        }
    }

    /** A mapped ring keeps the socket alive behind its descriptor: the mapping goes first. */
    private static void close(PacketSocket socket, PacketReceiver receiver) {
        if (receiver != null) {
            receiver.close();
        }
        socket.close();
    }
}
