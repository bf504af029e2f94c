package org.millrace.runtime.homa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.Impairment;
import org.millrace.toe.RpcSocket;

/**
 * Many calls at once over a wire that loses, reorders and doubles frames: each ends once, with its response or a typed
 * failure, and none is executed twice. {@code -Dmillrace.homa.calls=1000000} is the long form.
 */
class HomaStormTest {
    private static final int CALLS = Integer.getInteger("millrace.homa.calls", 3_000);
    private static final int AT_ONCE = 64;
    private static final long STEPS_A_CALL = 400;

    private final Map<Integer, Integer> lengths = new HashMap<>();
    private final Map<Long, Long> executed = new HashMap<>();
    private final Map<Long, Long> replies = new HashMap<>();
    private int again;
    private final Map<RpcSocket.Happening, Integer> ends = new HashMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void eachCallEndsOnceAndNoneIsExecutedTwice(long seed) throws IOException {
        System.out.println("seed " + seed);
        HomaHosts hosts = new HomaHosts(port -> ImpairedPort.wrap(port,
            new Impairment(seed, 0.05, 0.05, 0.05, 0, Impairment.Side.BOTH)), Map.of("link-mbps", "0"));
        RpcSocket server = hosts.serve(77);
        RpcSocket client = hosts.caller();
        Random random = new Random(seed);
        int begun = 0;
        long steps = 0;
        while (begun < CALLS || client.outstanding() > 0) {
            while (begun < CALLS && client.outstanding() < AT_ONCE && begin(hosts, client, begun, random)) {
                begun++;
            }
            serve(hosts, server);
            collect(hosts, client);
            hosts.run(1);
            assertThat(++steps).as("steps").isLessThan(STEPS_A_CALL * CALLS);
        }
        collect(hosts, client);
        assertThat(lengths).isEmpty();
        assertThat(ends.getOrDefault(RpcSocket.Happening.RESPONSE, 0) + ends.getOrDefault(RpcSocket.Happening.FAILURE, 0))
            .isEqualTo(CALLS);
        assertThat(ends.getOrDefault(RpcSocket.Happening.RESPONSE, 0)).isGreaterThan(CALLS * 999 / 1000);
        assertThat(again).as("calls that were executed after their end").isLessThan(CALLS / 20);
        hosts.run(40_000); // the last responses are acknowledged, or given up
        assertThat(server.failedReplies()).isLessThan(CALLS / 20);
    }

    private boolean begin(HomaHosts hosts, RpcSocket client, int index, Random random) throws IOException {
        int bytes = random.nextInt(20) == 0 ? 8 + random.nextInt(60_000) : 8 + random.nextInt(1_400);
        long at = client.allocate(bytes);
        if (at == RpcSocket.NONE) {
            return false;
        }
        hosts.client.region().set(ValueLayout.JAVA_LONG_UNALIGNED, at, index);
        hosts.client.region().set(ValueLayout.JAVA_BYTE, at + bytes - 1, (byte) index);
        int number = client.call(at, bytes, HomaHosts.at("10.0.0.2", 77), RpcSocket.NO_DEADLINE);
        assertThat(number).isNotNegative();
        assertThat(lengths.put(number, bytes)).isNull();
        return true;
    }

    /** Answers with what it was asked. */
    private void serve(HomaHosts hosts, RpcSocket server) throws IOException {
        while (server.next() != null) {
            long index = hosts.server.region().get(ValueLayout.JAVA_LONG_UNALIGNED, server.offset());
            if (server.length() > 8) {
                assertNotExecuted(server, index);
                assertThat(hosts.server.region().get(ValueLayout.JAVA_BYTE, server.offset() + server.length() - 1))
                    .isEqualTo((byte) index);
            }
            long at = server.allocate(server.length());
            assertThat(at).isNotEqualTo(RpcSocket.NONE);
            java.lang.foreign.MemorySegment.copy(hosts.server.region(), server.offset(), hosts.server.region(), at,
                server.length());
            assertThat(server.reply(server.number(), at, server.length())).isTrue();
            executed.put(index, at);
            replies.put(at, index);
            server.release(server.offset());
        }
    }

    /** Before its ACK: until then the response is kept. After it a copy that comes late is a new call (Homa's own rule). */
    private void assertNotExecuted(RpcSocket server, long index) {
        Long before = executed.get(index);
        if (before != null) {
            assertThat(replies.get(before) == index && server.isReserved(before)).as("call %d was executed and is not acknowledged",
                index).isFalse();
            again++;
        }
    }

    private void collect(HomaHosts hosts, RpcSocket client) {
        for (RpcSocket.Happening what; (what = client.next()) != null;) {
            Integer bytes = lengths.remove(client.number());
            assertThat(bytes).as("an end of call %d that has not ended", client.number()).isNotNull();
            ends.merge(what, 1, Integer::sum);
            if (what == RpcSocket.Happening.RESPONSE) {
                assertThat(client.length()).isEqualTo(bytes);
                client.release(client.offset());
            }
        }
    }
}
