package org.millrace.runtime.homa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.runtime.path.HoldingBackend;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.toe.Toe;

/** Homa from socket to socket, both ends ours, in virtual time. */
class HomaTest {
    private static final int PORT = 77;

    private final HomaHosts hosts = new HomaHosts();
    private final RpcSocket server = hosts.serve(PORT);
    private final RpcSocket client = hosts.caller();

    private void roundTrip(int request, int response) throws IOException {
        int number = hosts.call(client, 3, request, HomaHosts.at("10.0.0.2", PORT));
        assertThat(number).isNotNegative();
        assertThat(hosts.await(server, 20_000)).isEqualTo(Happening.REQUEST);
        assertThat(HomaHosts.isPattern(hosts.server, server, 3, request)).isTrue();
        assertThat(server.peer()).isEqualTo(client.localAddress());
        HomaHosts.reply(hosts.server, server, server.number(), 5, response);
        server.release(server.offset());
        assertThat(hosts.await(client, 20_000)).isEqualTo(Happening.RESPONSE);
        assertThat(client.number()).isEqualTo(number);
        assertThat(HomaHosts.isPattern(hosts.client, client, 5, response)).isTrue();
        client.release(client.offset());
    }

    @Test
    void shortCallIsAnsweredAndTheControlPlaneSeesNoPacket() throws IOException {
        for (int i = 0; i < 100; i++) {
            roundTrip(100, 100);
        }
        hosts.run(1000);
        assertThat(hosts.near.status().drops()).isEmpty();
        assertThat(hosts.far.status().drops()).isEmpty();
        assertThat(client.outstanding()).isZero();
        assertThat(hosts.near.transports().at(0).counters.controlPackets).isEqualTo(1); // CUTOFFS
        assertThat(hosts.far.transports().at(0).counters.controlPackets).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 999, 1000, 1424, 1425, 39_999, 40_000, 40_001, 100_000, 1_000_000})
    void messageOfAnyLengthArrives(int bytes) throws IOException {
        roundTrip(bytes, bytes);
        hosts.run(2000);
        assertThat(hosts.near.status().drops()).isEmpty();
        assertThat(hosts.far.status().drops()).isEmpty();
    }

    /** Its memory goes with it, out of which its last answer is still to be sent. */
    @Test
    void applicationThatAnswersAndGoesAtOnceDisturbsNobody() throws IOException {
        answerAndGo(hosts, client, () -> { });
        assertThat(hosts.await(client, 1000)).isEqualTo(Happening.RESPONSE);
        client.release(client.offset());
        roundTrip(100, 200);
    }

    /** The same, while the answer is in a machine. */
    @Test
    void answerInAMachineOutlivesItsApplication() throws IOException {
        HoldingBackend machine = new HoldingBackend();
        HomaHosts held = new HomaHosts(port -> port, Map.of("link-mbps", "0"), () -> machine, HomaHosts.SIZE);
        RpcSocket caller = held.caller();
        answerAndGo(held, caller, () -> machine.isOpen = false);
        held.run(10);
        machine.isOpen = true;
        assertThat(held.await(caller, 1000)).isEqualTo(Happening.RESPONSE);
        assertThat(HomaHosts.isPattern(held.client, caller, 5, 8)).isTrue();
    }

    private static void answerAndGo(HomaHosts hosts, RpcSocket client, Runnable beforeItGoes) throws IOException {
        Toe going = Toe.open(hosts.far.grant(HomaHosts.SIZE));
        RpcSocket socket = going.bindRpc(HomaHosts.at("10.0.0.2", PORT + 1), "homa");
        going.flush();
        hosts.run(10);
        going.poll(0);
        hosts.call(client, 3, 8, HomaHosts.at("10.0.0.2", PORT + 1));
        while (socket.next() == null) {
            hosts.run(1);
            going.poll(0);
        }
        beforeItGoes.run();
        HomaHosts.reply(going, socket, socket.number(), 5, 8);
        socket.close();
        going.close();
    }

    /** Neither end has looked for longer than a call may be silent: that is no silence of the peer's. */
    @Test
    void hostThatDidNotRunForAWhileGivesNothingUp() throws IOException {
        hosts.call(client, 3, 100, HomaHosts.at("10.0.0.2", PORT));
        hosts.run(1);
        hosts.clock.set(hosts.clock.nowNs() + 500_000_000);
        assertThat(hosts.await(server, 20_000)).isEqualTo(Happening.REQUEST);
        HomaHosts.reply(hosts.server, server, server.number(), 5, 100);
        hosts.run(1);
        hosts.clock.set(hosts.clock.nowNs() + 500_000_000);
        assertThat(hosts.await(client, 20_000)).isEqualTo(Happening.RESPONSE);
        hosts.run(2000);
        assertThat(server.failedReplies()).isZero();
    }
}
