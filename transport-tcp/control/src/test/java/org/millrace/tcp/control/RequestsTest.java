package org.millrace.tcp.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.api.context.ContextRequest.Kind.ABORT;
import static org.millrace.api.context.ContextRequest.Kind.BIND;
import static org.millrace.api.context.ContextRequest.Kind.CONNECT;
import static org.millrace.api.context.ContextRequest.Kind.GIVE_UP;
import static org.millrace.api.context.ContextRequest.Kind.HANDOVER;
import static org.millrace.api.context.ContextRequest.Kind.LISTEN;
import static org.millrace.api.context.ContextRequest.Kind.LISTEN_ALONE;
import static org.millrace.api.context.ContextRequest.Kind.UNLISTEN;
import static org.millrace.tcp.control.FakeHost.address;
import static org.millrace.tcp.control.FakeHost.from;
import static org.millrace.wire.TcpHeader.ACK;
import static org.millrace.wire.TcpHeader.RST;
import static org.millrace.wire.TcpHeader.SYN;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.Limit;

class RequestsTest {
    private final FakeHost host = new FakeHost();

    private String connect(String local, int localPort, String peer, int peerPort) {
        host.request(CONNECT, 0, -1, 5, address(local, localPort), address(peer, peerPort), 0);
        List<String> events = host.takeEvents();
        return events.isEmpty() ? "" : events.getFirst();
    }

    @Test
    void connectRefusesWhatCannotBe() {
        assertThat(connect("10.0.0.9", 0, "10.0.0.2", 80)).endsWith(" ADDRESS_NOT_AVAILABLE");
        assertThat(connect("0.0.0.0", 0, "224.0.0.1", 80)).endsWith(" UNREACHABLE");
        assertThat(connect("0.0.0.0", 0, "255.255.255.255", 80)).endsWith(" UNREACHABLE");
        assertThat(connect("0.0.0.0", 0, "10.0.0.2", 0)).endsWith(" UNREACHABLE");
        host.routed = false;
        assertThat(connect("0.0.0.0", 0, "10.0.0.2", 80)).isEqualTo("connected ctx=0 conn=-1 opaque=5 UNREACHABLE");
        assertThat(host.takeSent()).isEmpty();
    }

    @Test
    void sameEndsTwiceAreInUse() {
        assertThat(connect("10.0.0.1", 5000, "10.0.0.2", 80)).isEmpty();
        assertThat(connect("10.0.0.1", 5000, "10.0.0.2", 80)).endsWith(" ADDRESS_IN_USE");
        assertThat(connect("10.0.0.1", 5000, "10.0.0.2", 81)).isEmpty();
    }

    @Test
    void ephemeralPortsAreDistinctAndEndAtTheLast() {
        FakeHost few = new FakeHost(Map.of("port-first", "2000", "port-last", "2063"));
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 64; i++) {
            few.connect(0, 80);
            ports.add(Integer.parseInt(few.sent.getLast().split(">")[0]));
        }
        assertThat(ports).hasSize(64).allMatch(p -> p >= 2000 && p <= 2063);
        few.connect(0, 80);
        assertThat(few.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 NO_RESOURCES");
        few.takeSent();
        few.connect(0, 81);
        assertThat(few.takeSent()).hasSize(1);
    }

    @Test
    void listenAnswers() {
        host.request(LISTEN, 0, -1, 1, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 0, -1, 2, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 1, -1, 3, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 0, -1, 4, address("10.0.0.9", 80), null, 10);
        host.request(BIND, 0, -1, 5, address("10.0.0.1", 80), null, 10);
        assertThat(host.takeEvents()).containsExactly("listening ctx=0 opaque=1 OK 1 80",
                "listening ctx=0 opaque=2 ADDRESS_IN_USE 0 80", "listening ctx=1 opaque=3 OK 2 80",
                "listening ctx=0 opaque=4 ADDRESS_NOT_AVAILABLE 0 80", "listening ctx=0 opaque=5 UNSUPPORTED 0 80");
        host.request(LISTEN, 0, -1, 6, address("0.0.0.0", 0), null, 10);
        assertThat(FakeHost.field(host.takeEvents().getFirst().replace(" 3 ", " port="), "port"))
                .isBetween(49_152, 65_535);
    }

    private List<String> handshakes(int count) {
        for (int i = 0; i < count; i++) {
            host.deliver(from(nextPort, 80).flags(SYN).seq(100));
            int iss = FakeHost.field(host.takeSent().getFirst(), "seq");
            host.deliver(from(nextPort++, 80).seq(101).ack(iss + 1));
        }
        return host.takeEvents().stream().map(event -> event.substring(0, event.indexOf(" conn"))).toList();
    }

    private int nextPort = 4000;

    @Test
    void connectionsGoToTheContextWithTheLeastToDoAmongEqualsInTurn() {
        for (int context = 0; context < 3; context++) {
            host.request(LISTEN, context, -1, context, address("10.0.0.1", 80), null, 10);
        }
        host.takeEvents();
        assertThat(handshakes(4)).containsExactly("accepted ctx=0", "accepted ctx=1", "accepted ctx=2", "accepted ctx=0");
        host.loads.putAll(Map.of(0, 5, 1, 3, 2, 4));
        assertThat(handshakes(2)).containsExactly("accepted ctx=1", "accepted ctx=1");
        host.deliver(from(9000, 80).flags(SYN).seq(1)); // on its way to 1
        host.loads.put(2, 3);
        host.takeSent();
        assertThat(handshakes(1)).containsExactly("accepted ctx=2");
    }

    /** Contexts from 100 on are other applications' (FakeHost). */
    @Test
    void whatAnApplicationListensAtIsNotAnothers() {
        host.request(LISTEN, 0, -1, 1, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 100, -1, 2, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 100, -1, 3, address("0.0.0.0", 80), null, 10);
        host.request(LISTEN, 100, -1, 4, address("0.0.0.0", 81), null, 10);
        host.request(LISTEN, 0, -1, 5, address("10.0.0.1", 81), null, 10);
        assertThat(host.takeEvents()).containsExactly("listening ctx=0 opaque=1 OK 1 80",
                "listening ctx=100 opaque=2 ADDRESS_IN_USE 0 80", "listening ctx=100 opaque=3 ADDRESS_IN_USE 0 80",
                "listening ctx=100 opaque=4 OK 2 81", "listening ctx=0 opaque=5 ADDRESS_IN_USE 0 81");
        host.request(UNLISTEN, 0, -1, 0, null, null, 1);
        host.request(LISTEN, 100, -1, 6, address("10.0.0.1", 80), null, 10);
        assertThat(host.takeEvents()).containsExactly("listening ctx=100 opaque=6 OK 3 80");
    }

    @Test
    void whoListensAloneSharesWithNobody() {
        host.request(LISTEN_ALONE, 0, -1, 1, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN_ALONE, 1, -1, 2, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 1, -1, 3, address("10.0.0.1", 80), null, 10);
        host.request(LISTEN, 1, -1, 4, address("0.0.0.0", 80), null, 10);
        host.request(LISTEN, 0, -1, 5, address("10.0.0.1", 81), null, 10);
        host.request(LISTEN_ALONE, 1, -1, 6, address("10.0.0.1", 81), null, 10);
        assertThat(host.takeEvents()).containsExactly("listening ctx=0 opaque=1 OK 1 80",
                "listening ctx=1 opaque=2 ADDRESS_IN_USE 0 80", "listening ctx=1 opaque=3 ADDRESS_IN_USE 0 80",
                "listening ctx=1 opaque=4 ADDRESS_IN_USE 0 80", "listening ctx=0 opaque=5 OK 2 81",
                "listening ctx=1 opaque=6 ADDRESS_IN_USE 0 81");
        host.request(UNLISTEN, 0, -1, 0, null, null, 1);
        host.request(LISTEN_ALONE, 1, -1, 7, address("10.0.0.1", 80), null, 10);
        assertThat(host.takeEvents()).containsExactly("listening ctx=1 opaque=7 OK 3 80");
    }

    @Test
    void unlistenRefusesNewcomersAndForgetsHandshakes() {
        host.listen(80);
        host.deliver(from(4000, 80).flags(SYN).seq(1));
        host.request(UNLISTEN, 1, -1, 0, null, null, 1);
        assertThat(host.state()).as("not another context's").isEqualTo("SYN-RECEIVED");
        host.request(UNLISTEN, 0, -1, 0, null, null, 1);
        assertThat(host.control.connections()).isEmpty();
        host.takeSent();
        host.deliver(from(4001, 80).flags(SYN).seq(1));
        assertThat(host.takeSent()).containsExactly("80>4001 RST,ACK seq=0 ack=2 win=0");
    }

    @Test
    void connectCanBeCancelled() {
        connect("0.0.0.0", 5000, "10.0.0.2", 80);
        host.request(GIVE_UP, 0, -1, 4, null, null, 0);
        host.request(GIVE_UP, 1, -1, 5, null, null, 0);
        assertThat(host.state()).isEqualTo("SYN-SENT");
        host.request(GIVE_UP, 0, -1, 5, null, null, 0);
        assertThat(host.control.connections()).isEmpty();
        assertThat(host.takeEvents()).isEmpty();
    }

    @Test
    void acceptedConnectionGoesToAnotherContext() {
        host.accept();
        host.request(HANDOVER, 0, 1, 9, null, null, 3);
        assertThat(host.takeEvents()).containsExactly("accepted ctx=3 conn=2 opaque=9");
        assertThat(host.control.connection(0, 1)).isNull();
        assertThat(host.control.connection(3, 2).state()).isEqualTo("ESTABLISHED");
        host.request(ABORT, 3, 2, 0, null, null, 0);
        assertThat(host.takeEvents()).containsExactly("released ctx=3 conn=2");
    }

    @Test
    void connectionThatFindsNoPlaceInTheOtherContextIsReset() {
        host.accept();
        host.maxConnections = 1;
        host.takeSent();
        host.request(HANDOVER, 0, 1, 9, null, null, 3);
        assertThat(host.takeEvents()).containsExactly("not accepted ctx=3 opaque=9 NO_RESOURCES",
            "released ctx=0 conn=1");
        assertThat(host.takeDrops()).containsExactly("CONTEXT_FULL");
        assertThat(host.takeSent()).singleElement().asString().contains("RST");
    }

    @Test
    void connectionThatIsOverIsNotHandedOver() {
        int next = host.accept();
        host.deliver(from(4000, 80).flags(RST).seq(101).ack(next));
        assertThat(host.takeEvents()).containsExactly("failed ctx=0 conn=1 RESET");
        host.request(HANDOVER, 0, 1, 9, null, null, 3);
        assertThat(host.takeEvents()).containsExactly("not accepted ctx=3 opaque=9 RESET", "released ctx=0 conn=1");
    }

    @Test
    void requestsForConnectionsThatAreNotAreIgnored() {
        host.close(99);
        host.abort(99);
        host.request(UNLISTEN, 0, -1, 0, null, null, 99);
        assertThat(host.takeEvents()).isEmpty();
    }

    @Test
    void linesShowEverything() {
        host.accept();
        host.deliver(from(4001, 80).flags(SYN).seq(1));
        assertThat(host.control.connections()).extracting(c -> c.state() + " " + c.local() + " " + c.peer())
                .containsExactly("LISTEN /10.0.0.1:80 null", "SYN-RECEIVED /10.0.0.1:80 /10.0.0.2:4001",
                        "ESTABLISHED /10.0.0.1:80 /10.0.0.2:4000");
        assertThat(host.control.connections().getLast().detail())
                .isEqualTo("flow=1 cc=cubic cwnd=14600 ssthresh=- rtt=0us/0 min=0us rto=200ms mss=1460 retransmitted=0");
    }

    @Test
    void listenersOfAContextAreLimitedAndThoseOfOthersNot() {
        FakeHost limited = new FakeHost(Map.of("context-listeners", "3"));
        for (int i = 0; i < 5; i++) {
            limited.request(LISTEN, 0, -1, i, address("10.0.0.1", 0), null, 8);
        }
        assertThat(limited.takeEvents()).filteredOn(event -> event.contains(" OK ")).hasSize(3);
        limited.request(LISTEN, 1, -1, 9, address("10.0.0.1", 0), null, 8);
        assertThat(limited.takeEvents()).singleElement().asString().contains(" OK ");
        assertThat(limited.control.limits()).contains(new Limit("tcp.context-listeners", 3, 3, 2));
    }

    @Test
    void activeOpensOfAContextAreLimitedUntilTheyAreAnswered() {
        FakeHost limited = new FakeHost(Map.of("context-connecting", "2"));
        for (int i = 0; i < 3; i++) {
            limited.connect(5000 + i, 80);
        }
        assertThat(limited.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 NO_RESOURCES");
        assertThat(limited.takeSent()).hasSize(2);
        limited.deliver(from(80, 5000).flags(RST | ACK).seq(0).ack(iss(limited, 5000)));
        limited.takeEvents();
        limited.connect(6000, 80);
        assertThat(limited.takeEvents()).isEmpty();
        assertThat(limited.control.limits()).contains(new Limit("tcp.context-connecting", 2, 2, 1));
    }

    private static int iss(FakeHost host, int localPort) {
        host.pass(2 * FakeHost.SECOND); // the SYN again
        return host.takeSent().stream().filter(line -> line.startsWith(localPort + ">")).mapToInt(line ->
            FakeHost.field(line, "seq") + 1).findFirst().orElseThrow();
    }

    @Test
    void listenCostsTheSameHoweverManyListen() {
        FakeHost host = new FakeHost(Map.of("context-listeners", "65536"));
        for (int i = 0; i < 16_384; i++) {
            host.request(LISTEN, 0, -1, i, address("10.0.0.1", 0), null, 8);
        }
        assertThat(host.takeEvents()).allMatch(event -> event.contains(" OK ")).hasSize(16_384);
        host.comparisons = 0;
        for (int i = 0; i < 20; i++) {
            host.request(LISTEN, 0, -1, i, address("10.0.0.1", 0), null, 8);
            host.request(LISTEN, 200, -1, i, address("10.0.0.1", 50_000), null, 8);
        }
        assertThat(host.takeEvents()).hasSize(40).allMatch(event -> event.contains("ADDRESS_IN_USE"));
        assertThat(host.comparisons).as("whose contexts are compared").isLessThanOrEqualTo(40);
    }

    @Test
    void connectWhereAllPortsAreTakenEndsAfterBoundedTries() {
        FakeHost host = new FakeHost(Map.of("context-connecting", "65536"));
        for (int port = 49_152; port < 65_536; port++) {
            host.connect(port, 80);
        }
        host.takeEvents();
        host.lookups = 0;
        host.connect(0, 80);
        assertThat(host.takeEvents()).containsExactly("connected ctx=0 conn=-1 opaque=88 NO_RESOURCES");
        assertThat(host.lookups).isLessThanOrEqualTo(512);
    }
}
