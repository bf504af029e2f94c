package org.millrace.runtime.homa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Status;
import org.millrace.homa.HomaFactory;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;

/** Another Homa in place of the one that runs, under calls in every state. */
class HomaSwapTest {
    private static final SwapRequest ANEW = SwapRequest.KEEP.transport(0, new TransportChoice(new HomaFactory(), Map.of("link-mbps", "0")));

    private final HomaHosts hosts = new HomaHosts();
    private final RpcSocket server = hosts.serve(77);
    private final RpcSocket client = hosts.caller();

    private static void swap(DataPath path) throws SwapException {
        Swap.now(path, ANEW);
    }

    /** As where a program beside it has failed: messages go over as they are. */
    private static void rescue(DataPath path) throws SwapException {
        Swap swap = new Swap(path, ANEW.warmUp(0), System::nanoTime, step -> { });
        swap.prepare(path.loaded());
        Swap.end(swap.rescue(path.nowNs()));
    }

    @Test
    void callsGoOnInAnotherHoma() throws IOException, SwapException {
        Map<Integer, Integer> served = new HashMap<>();
        int calls = 24;
        for (int i = 0; i < calls; i++) {
            hosts.call(client, i, i % 3 == 0 ? 60_000 : 500, HomaHosts.at("10.0.0.2", 77));
            hosts.run(3);
        }
        int answered = 0;
        for (int i = 0; i < 20_000 && answered < calls; i++) {
            if (i % 16 == 0 && i < 320) {
                DataPath path = i % 32 == 0 ? hosts.far : hosts.near;
                if (i % 64 < 32) {
                    swap(path);
                } else {
                    rescue(path);
                }
            }
            hosts.run(1);
            if (i % 7 == 0 && server.next() != null) {
                int first = hosts.server.region().get(java.lang.foreign.ValueLayout.JAVA_BYTE, server.offset());
                served.merge(first, 1, Integer::sum);
                HomaHosts.reply(hosts.server, server, server.number(), first, i % 2 == 0 ? 50_000 : 700);
                server.release(server.offset());
            }
            if (client.next() == Happening.RESPONSE) {
                int first = hosts.client.region().get(java.lang.foreign.ValueLayout.JAVA_BYTE, client.offset());
                assertThat(HomaHosts.isPattern(hosts.client, client, first, client.length())).isTrue();
                client.release(client.offset());
                answered++;
            }
        }
        assertThat(answered).isEqualTo(calls);
        assertThat(served).hasSize(calls).allSatisfy((first, times) -> assertThat(times).isEqualTo(1));
        hosts.run(1000);
        assertThat(server.failedReplies()).isZero();
    }

    @Test
    void socketsStayAndCloseWithTheirCalls() throws IOException, SwapException {
        hosts.call(client, 1, 500, HomaHosts.at("10.0.0.2", 77));
        assertThat(hosts.await(server, 1000)).isEqualTo(Happening.REQUEST);
        swap(hosts.far);
        hosts.run(10);
        RpcSocket other = hosts.server.bindRpc(HomaHosts.at("10.0.0.2", 77), "homa");
        hosts.run(10);
        assertThat(other.status()).isEqualTo(Status.ADDRESS_IN_USE);
        server.close();
        hosts.run(10);
        assertThat(hosts.far.status().contextConnections()).isZero();
        assertThat(hosts.await(client, 40_000)).isEqualTo(Happening.FAILURE); // nobody is there any more
        assertThat(client.failure()).isEqualTo(Status.REFUSED);
    }
}
