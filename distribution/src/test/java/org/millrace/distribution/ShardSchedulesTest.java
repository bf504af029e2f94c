package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.millrace.distribution.ShardedHost.Shard;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.TcpHeader;

/**
 * Streams between two hosts of several shards each, polled in any order, some left alone for long, while the port's group loses
 * and gets members and a stranger floods a shard that nobody polls: bytes hold, frames keep their order, and every frame is
 * received or counted.
 *
 * <p>{@code -Dmillrace.schedules=100000} does as many, from {@code millrace.seed} on.
 */
class ShardSchedulesTest {
    private static final long FIRST = Long.getLong("millrace.seed", 1);
    private static final int SCHEDULES = Integer.getInteger("millrace.schedules", 200);
    /** Of one pair of hosts, which cost more to make than a schedule. */
    private static final int SCHEDULES_A_WORLD = Math.max(50, SCHEDULES / 100);
    private static final int MOST_POLLS = 200_000;
    private static final int STREAMS = 3;
    private static final int MOST_BYTES = 6_000;
    private static final int FLOOD_FRAMES = 1_000;
    private static final int FLOOD_BYTES = 1_400;
    private static final long MOST_GAP_NS = 3_000;
    private static final int PORT = 80;

    private final byte[] flood = new byte[FLOOD_BYTES];
    private Random random;
    private ShardedHost client;
    private ShardedHost server;
    private List<Shard> all;
    private List<ListenSocket> listeners;
    private List<StreamEnd> accepted;
    private Shard starved;
    private int starvedPolls;
    private int nextPort;
    private long nowNs;
    private long changes;
    private long floods;

    @Test
    void bytesOrderAndAccountsHold() {
        long strayed = 0;
        long dropped = 0;
        for (long seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
            if ((seed - FIRST) % SCHEDULES_A_WORLD == 0) {
                make(seed);
            }
            long strayedBefore = client.log.strayed + server.log.strayed;
            long droppedBefore = client.dropped() + server.dropped();
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("schedule " + seed + ", of hosts that were made for schedule "
                    + (seed - (seed - FIRST) % SCHEDULES_A_WORLD) + ": " + e.getMessage(), e);
            }
            strayed += client.log.strayed + server.log.strayed - strayedBefore;
            dropped += client.dropped() + server.dropped() - droppedBefore;
        }
        System.out.println(SCHEDULES + " schedules from seed " + FIRST + ": " + changes + " changes of the group, " + floods + " floods, "
            + strayed + " frames strayed, " + dropped + " were dropped");
        assertThat(strayed).isPositive();
        assertThat(dropped).isPositive();
    }

    private void make(long seed) {
        random = new Random(seed);
        nowNs = 1_000_000_000;
        nextPort = 20_000;
        client = new ShardedHost("10.0.0.1", 1 + random.nextInt(3), frame -> server.arrive(frame), random);
        server = new ShardedHost("10.0.0.2", 2 + random.nextInt(3), frame -> client.arrive(frame), random);
        all = Stream.of(client, server).flatMap(host -> host.shards.stream()).toList();
        listeners = server.shards.stream().map(shard -> shard.toe.listen(at(server, PORT), 16)).toList();
        starved = null;
        until(() -> listeners.stream().allMatch(ListenSocket::isListening));
    }

    private static InetSocketAddress at(ShardedHost host, int port) {
        return new InetSocketAddress(new Ipv4Address(host.address).toInetAddress(), port);
    }

    private void run(long seed) {
        random = new Random(seed);
        accepted = new ArrayList<>();
        List<StreamEnd> ends = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            Shard shard = client.shards.get(random.nextInt(client.shards.size()));
            StreamSocket socket = shard.toe.connect(at(server, PORT), at(client, portOf(shard)), null);
            StreamEnd end = new StreamEnd(socket, seed, -seed, random.nextInt(MOST_BYTES), 1 + random.nextInt(3_000));
            ends.add(end);
            shard.applications.add(end);
            shard.dueNs = nowNs;
        }
        server.shards.forEach(shard -> shard.applications.add(() -> accept(shard, seed)));
        until(() -> accepted.size() == STREAMS && ends.stream().allMatch(end -> end.isDone(end.received) && end.received > 0)
            && accepted.stream().allMatch(end -> end.isDone(end.received)));
        assertThat(accepted.stream().mapToLong(end -> end.received).sum()).isEqualTo(ends.stream().mapToLong(end -> end.sent).sum());
        assertThat(ends.stream().mapToLong(end -> end.received).sum()).isEqualTo(accepted.stream().mapToLong(end -> end.sent).sum());
        Stream.concat(ends.stream(), accepted.stream()).forEach(end -> end.socket.close());
        all.forEach(shard -> {
            shard.applications.clear();
            shard.dueNs = nowNs;
        });
        until(() -> client.isSettled() && server.isSettled() && all.stream().allMatch(Shard::isBare));
        client.balance();
        server.balance();
    }

    private int portOf(Shard shard) {
        do {
            nextPort++;
        } while (client.steering.shard(server.address, PORT, client.address, nextPort) != shard.index);
        return nextPort;
    }

    private boolean accept(Shard shard, long seed) {
        try {
            StreamSocket socket = listeners.get(shard.index).accept();
            if (socket == null) {
                return false;
            }
            StreamEnd end = new StreamEnd(socket, -seed, seed, 1 + random.nextInt(MOST_BYTES), 1 + random.nextInt(3_000));
            accepted.add(end);
            shard.applications.add(end);
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void until(BooleanSupplier done) {
        for (int polls = 0; !done.getAsBoolean(); polls++) {
            if (polls == MOST_POLLS) {
                throw new AssertionError("busy without end at " + nowNs + " ns: " + all.stream().map(Shard::describe).toList());
            }
            if (random.nextInt(100) == 0) {
                perturb();
            }
            Shard next = all.get(random.nextInt(all.size()));
            if (next != starved || --starvedPolls <= 0) {
                next.poll(nowNs);
            }
            long soonestNs = all.stream().mapToLong(shard -> shard.dueNs).min().orElseThrow();
            nowNs = soonestNs > nowNs ? soonestNs : nowNs + random.nextLong(MOST_GAP_NS);
        }
    }

    private void perturb() {
        ShardedHost host = random.nextBoolean() ? client : server;
        switch (random.nextInt(4)) {
            case 0 -> {
                host.leave(random);
                changes++;
            }
            case 1 -> {
                host.join(random);
                changes++;
            }
            case 2 -> {
                starved = all.get(random.nextInt(all.size()));
                starvedPolls = random.nextInt(200);
            }
            default -> {
                if (random.nextInt(10) == 0) {
                    flood(host);
                }
            }
        }
    }

    /** Somebody sends to a port that nobody listens at, in one flow. */
    private void flood(ShardedHost host) {
        floods++;
        Endpoint stranger = Endpoint.of("02:00:00:00:00:77", "10.0.0.77", 1 + random.nextInt(60_000));
        byte[] frame = FrameBuilder.tcp().from(stranger).to(new Endpoint(0x0200_0000_0000L | host.address & 0xff, host.address, 9))
            .flags(TcpHeader.RST).payload(flood).build();
        for (int i = 0; i < FLOOD_FRAMES; i++) {
            host.arrive(frame);
        }
    }
}
