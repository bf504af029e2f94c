package org.millrace.runtime.homa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.Impairment;
import org.millrace.testkit.homa.HomaPacket.Kind;
import org.millrace.testkit.homa.HomaPeer;
import org.millrace.testkit.homa.RawPort;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.wire.Ipv4Address;

/** Ours beside a peer that was written from the description of the packets, with timings of its own. */
class HomaPeerTest {
    private static final int ADDRESS = Ipv4Address.parse("10.0.0.3").bits();
    private static final int FAR = Ipv4Address.parse("10.0.0.2").bits();

    private final HomaHosts hosts = new HomaHosts();

    private HomaPeer peer(double loss, long seed, long gateway) {
        return new HomaPeer(new RawPort(ImpairedPort.wrap(hosts.fabric.port("peer", 0x020000000003L),
            new Impairment(seed, loss, loss, loss, 0, Impairment.Side.BOTH))), ADDRESS, gateway);
    }

    private void run(HomaPeer peer, int steps) {
        for (int i = 0; i < steps; i++) {
            peer.poll(hosts.clock.nowNs());
            hosts.run(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1424, 10_001, 60_000, 300_000})
    void peerAnswersOurCalls(int bytes) throws IOException {
        HomaPeer peer = peer(0, 1, 0x020000000001L);
        RpcSocket client = hosts.caller();
        hosts.call(client, 9, bytes, HomaHosts.at("10.0.0.3", 55));
        for (int i = 0; i < 20_000 && peer.requests() == 0; i++) {
            run(peer, 1);
        }
        run(peer, 500);
        assertThat(client.next()).isEqualTo(Happening.RESPONSE);
        assertThat(HomaHosts.isPattern(hosts.client, client, 9, bytes)).isTrue();
        assertThat(hosts.near.status().drops()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 10_001, 60_000, 300_000})
    void oursAnswersCallsOfThePeer(int bytes) throws IOException {
        HomaPeer peer = peer(0, 1, 0x020000000002L);
        RpcSocket server = hosts.serve(77);
        byte[] request = new byte[bytes];
        new Random(bytes).nextBytes(request);
        peer.call(FAR, 77, request, hosts.clock.nowNs());
        serve(peer, server, 1);
        assertThat(peer.responses().size()).isEqualTo(1);
        assertThat(peer.responses().getFirst()).isEqualTo(request);
        run(peer, 1000); // acknowledged when it is asked
        assertThat(server.failedReplies()).isZero();
        assertThat(peer.seen()).containsKey(Kind.NEED_ACK);
    }

    private void serve(HomaPeer peer, RpcSocket server, int calls) throws IOException {
        for (int i = 0; i < 100_000 && peer.responses().size() < calls; i++) {
            run(peer, 1);
            while (server.next() != null) {
                long at = server.allocate(server.length());
                java.lang.foreign.MemorySegment.copy(hosts.server.region(), server.offset(), hosts.server.region(), at, server.length());
                assertThat(server.reply(server.number(), at, server.length())).isTrue();
                server.release(server.offset());
            }
        }
    }

    @Test
    void bothTakeTheOtherSCutoffs() throws IOException {
        HomaPeer peer = peer(0, 1, 0x020000000001L);
        RpcSocket client = hosts.caller();
        for (int bytes : new int[] {100, 100, 15_000, 100_000}) {
            hosts.call(client, 1, bytes, HomaHosts.at("10.0.0.3", 55));
            run(peer, 3000);
            assertThat(client.next()).isEqualTo(Happening.RESPONSE);
            client.release(client.offset());
        }
        assertThat(peer.priorities()).isEqualTo(Map.of(6, 1 + 11, 7, 1, 5, 29, 2, 43)); // first at 6; 15 KB at 6; 40,000 unscheduled
        assertThat(peer.seen().get(Kind.CUTOFFS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4})
    void aBadWireBetweenThemOnlyTakesTime(long seed) throws IOException {
        System.out.println("seed " + seed);
        HomaPeer peer = peer(0.05, seed, 0x020000000002L);
        RpcSocket server = hosts.serve(77);
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            byte[] request = new byte[1 + random.nextInt(60_000)];
            random.nextBytes(request);
            peer.call(FAR, 77, request, hosts.clock.nowNs());
            serve(peer, server, i + 1);
            assertThat(peer.responses().size()).isEqualTo(i + 1);
            assertThat(peer.responses().get(i)).isEqualTo(request);
        }
    }
}
