package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.ports.FramePort;
import org.millrace.runtime.capture.Capture;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.capture.FrameQueue;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.steer.Steering;

/**
 * A host of several shards behind one address, each polled when a test says so. Its port steers as a fanout group of the kernel
 * does: by the hash, modulo the members; when one leaves, the last takes its place.
 */
final class ShardedHost {
    private static final ContextSize SIZE = new ContextSize(32, 8 << 10, 8 << 10, 256);

    final int address;
    final Steering steering;
    final FrameMesh mesh;
    final FrameLog log;
    final List<Shard> shards = new ArrayList<>();
    /** The queues of the group. */
    final List<Integer> members = new ArrayList<>();
    private final long key;

    /** One data path and the applications on it. */
    final class Shard {
        final int index;
        final DataPath path;
        final Toe toe;
        final List<BooleanSupplier> applications = new ArrayList<>();
        final FramePort queue;
        private final FrameQueue seen = new FrameQueue(1 << 20);
        /** When it has to be polled at the latest. */
        long dueNs;

        Shard(int index, long mac, Consumer<byte[]> wire, long seed) {
            this.index = index;
            queue = new FramePort("q" + index, mac, 1500, wire);
            path = new DataPath(new DataPathConfig("shard" + index, new BluefieldBackend(),
                List.of(new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of())), queue,
                List.of(new Ipv4Address(address)), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
                new Capacity(64, 2), new Random(seed), new ShardPlace(mesh.node(index), new Steering(steering.shards(), key)),
                Map.of()));
            path.captures().begin(new Capture(CaptureFilter.ALL, seen, Long.MAX_VALUE, Long.MAX_VALUE, 1 << 16, 0));
            toe = Toe.open(path.grant(SIZE));
        }

        void poll(long nowNs) {
            long handed = mesh.node(index).handed();
            toe.flush();
            dueNs = path.poll(nowNs);
            seen.take((timeNs, sent, memory, offset, length, wireBytes) -> {
                if (!sent) {
                    log.received(index, memory, offset, length);
                }
            });
            boolean busy = toe.poll(0) > 0;
            while (toe.nextReady() != null) {
                busy = true; // who is ready finds out by asking
            }
            for (BooleanSupplier application : List.copyOf(applications)) {
                busy |= application.getAsBoolean();
            }
            toe.flush();
            if (busy) {
                dueNs = nowNs;
            }
            if (mesh.node(index).handed() != handed) {
                shards.forEach(shard -> shard.dueNs = Math.min(shard.dueNs, nowNs));
            }
        }

        String describe() {
            return "\n  due " + dueNs + ", " + path.status().connections() + ", " + path.status().drops();
        }

        boolean isBare() {
            return path.contexts().connections() == 0 && path.transports().placed().getFirst().host.flows().size() == 0;
        }
    }

    ShardedHost(String address, int count, Consumer<byte[]> wire, Random random) {
        this.address = Ipv4Address.parse(address).bits();
        key = random.nextLong();
        steering = new Steering(count, key);
        mesh = new FrameMesh(count);
        log = new FrameLog(steering);
        IntStream.range(0, count).forEach(i -> {
            shards.add(new Shard(i, 0x0200_0000_0000L | this.address & 0xff, wire, random.nextLong()));
            members.add(i);
        });
    }

    /** A frame comes from the wire. */
    void arrive(byte[] frame) {
        int queue = members.get(new Steering(members.size(), key).shard(MemorySegment.ofArray(frame), 0, frame.length));
        log.arrived(frame, queue, shards.size());
        shards.get(queue).queue.inject(frame);
        shards.get(queue).dueNs = 0;
    }

    /** A member leaves the group, unless it is the only one. */
    void leave(Random random) {
        if (members.size() > 1) {
            int left = random.nextInt(members.size());
            members.set(left, members.getLast());
            members.removeLast();
            log.steeredOtherwise();
        }
    }

    /** One that has left comes back, as the last, if there is one. */
    void join(Random random) {
        List<Integer> absent = IntStream.range(0, shards.size()).filter(i -> !members.contains(i)).boxed().toList();
        if (!absent.isEmpty()) {
            members.add(absent.get(random.nextInt(absent.size())));
            log.steeredOtherwise();
        }
    }

    /** {@return whether every frame that came was received or dropped} */
    boolean isSettled() {
        return log.arrived - log.received <= dropped();
    }

    /** Fails unless frames that came and those received, handed over and dropped add up. */
    void balance() {
        assertThat(log.arrived - log.received).isBetween(dropped() - log.copies, dropped()); // a copy may be among the dropped
        assertThat(handed() + dropped()).isEqualTo(log.strayed + log.copies);
        log.forget();
    }

    private long handed() {
        return IntStream.range(0, shards.size()).mapToLong(i -> mesh.node(i).handed()).sum();
    }

    long dropped() {
        return IntStream.range(0, shards.size()).mapToLong(i -> mesh.node(i).dropped()).sum();
    }
}
