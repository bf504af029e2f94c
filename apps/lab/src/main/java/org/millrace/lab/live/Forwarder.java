package org.millrace.lab.live;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Linux;
import org.millrace.ports.PacketPortFactory;

/**
 * Carries frames between interfaces over emulated paths. Which interface has which MAC address it is told; what is for all goes to all
 * others at once. Frames of TCP take a path: each connection one of its own, or all of them the same one, which then is their common bottleneck.
 * Frames keep their order on a path but where {@link Conditions} says so.
 *
 * <p>Owned by: its thread; {@link #path} and {@link #figures} by the leader's.
 */
final class Forwarder implements AutoCloseable {
    private static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final int ETHERNET_BYTES = 14;
    private static final short IPV4 = 0x0800;
    private static final byte TCP = 6;
    private static final int CAPACITY = 32_768;
    private static final short POLLIN = 1;
    /** Longest sleep: so soon it sees that it is closed, or has another path. */
    private static final long LOOK_NS = 5_000_000;

    private final List<Side> sides = new ArrayList<>();
    private final FrameBatch batch = new FrameBatch(256);
    private final WaitingFrames frames = new WaitingFrames(CAPACITY);
    private final MemorySegment descriptors;
    private final Map<Integer, Lane[]> lanes = new HashMap<>();
    private final Thread thread;
    private volatile Path path;
    private volatile Figures figures = new Figures(0, 0, 0, 0);
    private volatile boolean closing;
    private long overrun;
    private Path used;
    private long tellNs;

    /** What new connections meet. */
    private record Path(Conditions conditions, boolean isCommon) {
    }

    /**
     * What has become of frames since the path was laid.
     *
     * @param lost          by the dice
     * @param full          found the bottleneck's buffer full
     * @param overrun       lost by the forwarder itself, which was too slow: a run with such says nothing
     * @param mostWaitingNs longest at the bottleneck
     */
    record Figures(long lost, long full, long overrun, long mostWaitingNs) {
    }

    /** An interface, and who is behind it. */
    private static final class Side {
        final long mac;
        final Port port;
        final TransmitBatch out;
        final List<Integer> leaving = new ArrayList<>();
        long dropsSeen;

        Side(String name, long mac) {
            this.mac = mac;
            port = new PacketPortFactory().open(Map.of("interface", name, "super-frames", "false", "ring-frames", "1024"));
            out = port.newTransmitBatch();
        }
    }

    /** @param interfaces names, and the MAC address behind each; at least two */
    Forwarder(Map<String, Long> interfaces) {
        interfaces.forEach((name, mac) -> sides.add(new Side(name, mac)));
        descriptors = Arena.ofAuto().allocate(8L * sides.size(), 8); // struct pollfd
        for (int i = 0; i < sides.size(); i++) {
            descriptors.set(INT, 8L * i, sides.get(i).port.descriptor());
            descriptors.set(ValueLayout.JAVA_SHORT, 8L * i + 4, POLLIN);
        }
        thread = Thread.ofPlatform().daemon().name("forwarder").start(this::run);
    }

    /** Lays a path that each new connection gets one like of, or all share. Those that are there are forgotten, with what waits nowhere. */
    void path(Conditions conditions, boolean isCommon) {
        path = new Path(conditions, isCommon);
        figures = new Figures(0, 0, 0, 0);
    }

    Figures figures() {
        return figures;
    }

    private void run() {
        Linux linux = new Linux();
        while (!closing) {
            if (path != used) {
                used = path;
                for (Lane[] both : lanes.values()) {
                    both[0].letGo(System.nanoTime());
                    both[1].letGo(System.nanoTime());
                }
                lanes.clear();
                overrun = 0;
            }
            long nowNs = System.nanoTime();
            int came = 0;
            for (int i = 0; i < sides.size(); i++) {
                came += receive(i, nowNs);
            }
            long nextNs = release(System.nanoTime());
            if (nowNs >= tellNs) {
                tellNs = nowNs + LOOK_NS;
                tell();
            }
            if (came == 0) {
                long waitNs = Math.clamp(nextNs - System.nanoTime(), 0, LOOK_NS);
                if (waitNs > 0) {
                    linux.poll(descriptors.address(), sides.size(), waitNs);
                }
            }
        }
        sides.forEach(side -> side.port.close());
    }

    private int receive(int from, long nowNs) {
        Side side = sides.get(from);
        int count = side.port.receive(batch);
        for (int i = 0; i < count; i++) {
            MemorySegment frame = batch.segment[i];
            long offset = batch.offset[i];
            long mac = (frame.get(NETWORK_SHORT, offset) & 0xffffL) << 32 | (frame.get(NETWORK_SHORT, offset + 2) & 0xffffL) << 16
                | frame.get(NETWORK_SHORT, offset + 4) & 0xffffL;
            for (int to = 0; to < sides.size(); to++) {
                boolean isForAll = (mac >> 40 & 1) != 0;
                if (to != from && (isForAll || sides.get(to).mac == mac)) {
                    carry(frame, offset, batch.length[i], from, to, nowNs);
                }
            }
        }
        return count;
    }

    private void carry(MemorySegment frame, long offset, int length, int from, int to, long nowNs) {
        int slot = frames.keep(frame, offset, length, to);
        if (slot < 0) {
            overrun++;
            return;
        }
        boolean isTcp = length > ETHERNET_BYTES + 40 - 1 && frame.get(NETWORK_SHORT, offset + 12) == IPV4
            && frame.get(BYTE, offset + ETHERNET_BYTES + 9) == TCP;
        if (!isTcp || used == null) {
            frames.leaveAt(nowNs, slot);
            return;
        }
        long tcp = offset + ETHERNET_BYTES + 4L * (frame.get(BYTE, offset + ETHERNET_BYTES) & 15);
        int sourcePort = frame.get(NETWORK_SHORT, tcp) & 0xffff;
        int destinationPort = frame.get(NETWORK_SHORT, tcp + 2) & 0xffff;
        int key = used.isCommon ? 0 : Math.min(sourcePort, destinationPort) << 16 ^ Math.max(sourcePort, destinationPort);
        Lane[] both = lanes.computeIfAbsent(key, k -> lay(used.conditions, k));
        both[from == 0 ? 0 : 1].take(slot, nowNs);
    }

    /** The first interface's is one end, all others are the other. */
    private Lane[] lay(Conditions conditions, int key) {
        SplittableRandom dice = new SplittableRandom(conditions.seed() * 0x9e3779b97f4a7c15L ^ key);
        return new Lane[] {new Lane(conditions, frames, dice.split()), new Lane(conditions, frames, dice.split())};
    }

    /** Sends what is due; answers when the next is. */
    private long release(long nowNs) {
        long nextNs = Long.MAX_VALUE;
        if (used != null && used.conditions.reorder() > 0) {
            for (Lane[] both : lanes.values()) {
                nextNs = Math.min(nextNs, expire(both, nowNs));
            }
        }
        while (frames.nextNs() <= nowNs) {
            int slot = frames.leave();
            Side side = sides.get(frames.port(slot));
            send(side, slot);
            if (side.out.isFull()) {
                flush(side);
            }
        }
        sides.forEach(this::flush);
        return Math.min(nextNs, frames.nextNs());
    }

    private static long expire(Lane[] both, long nowNs) {
        return Math.min(both[0].expire(nowNs), both[1].expire(nowNs));
    }

    private void send(Side side, int slot) {
        long at = frames.offset(slot);
        MemorySegment.copy(frames.memory(), at, side.out.headers, side.out.headerOffset(side.out.count()), ETHERNET_BYTES);
        side.out.add(ETHERNET_BYTES);
        side.out.span(frames.memory(), at + ETHERNET_BYTES, frames.bytes(slot) - ETHERNET_BYTES);
        side.leaving.add(slot);
    }

    private void flush(Side side) {
        if (side.out.count() > 0) {
            overrun += side.out.count();
            overrun -= side.port.transmit(side.out);
            side.leaving.forEach(frames::free);
            side.leaving.clear();
        }
    }

    private void tell() {
        long lost = 0;
        long full = 0;
        long waitingNs = 0;
        for (Lane[] both : lanes.values()) {
            for (Lane lane : both) {
                lost += lane.lost();
                full += lane.full();
                waitingNs = Math.max(waitingNs, lane.mostWaitingNs());
            }
        }
        for (Side side : sides) {
            long drops = side.port.counters().receivedDropped();
            overrun += drops - side.dropsSeen;
            side.dropsSeen = drops;
        }
        if (used == path) {
            figures = new Figures(lost, full, overrun, waitingNs);
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
