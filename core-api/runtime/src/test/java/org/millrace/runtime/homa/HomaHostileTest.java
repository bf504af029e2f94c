package org.millrace.runtime.homa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.context.Status;
import org.millrace.runtime.path.DataPath;
import org.millrace.testkit.homa.HomaPacket;
import org.millrace.testkit.homa.HomaPacket.Ack;
import org.millrace.testkit.homa.HomaPacket.Body;
import org.millrace.testkit.homa.HomaPacket.Kind;
import org.millrace.testkit.homa.RawPort;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.RpcSocket.Happening;
import org.millrace.wire.Ipv4Address;

/** What comes from outside and means no good: counted, bounded, without effect on others. */
class HomaHostileTest {
    private static final int EVIL = Ipv4Address.parse("10.0.0.66").bits();
    private static final int NEAR = Ipv4Address.parse("10.0.0.1").bits();
    private static final int FAR = Ipv4Address.parse("10.0.0.2").bits();
    private static final long FAR_MAC = 0x020000000002L;
    private static final long NEAR_MAC = 0x020000000001L;

    private final HomaHosts hosts = new HomaHosts();
    private final RawPort evil = new RawPort(hosts.fabric.port("evil", 0x020000000066L));
    private final RpcSocket server = hosts.serve(77);
    private final RpcSocket client = hosts.caller();

    private void send(int source, HomaPacket packet) {
        evil.send(FAR_MAC, source, FAR, 0, packet.encode());
    }

    private static HomaPacket packet(Kind kind, long id, Body body) {
        return new HomaPacket(40_000, 77, kind, id, body);
    }

    private static HomaPacket data(long id, int length, int offset, int bytes) {
        return packet(Kind.DATA, id, new HomaPacket.Data(length, offset, 10_000, null, 1, false, new byte[bytes]));
    }

    private static long drops(DataPath path, String reason) {
        return path.status().drops().getOrDefault(reason, 0L);
    }

    private void goodCall() throws IOException {
        hosts.call(client, 3, 500, HomaHosts.at("10.0.0.2", 77));
        int request;
        do {
            assertThat(hosts.await(server, 60_000)).isEqualTo(Happening.REQUEST);
            request = server.number();
            server.release(server.offset());
        } while (!server.peer().equals(client.localAddress()));
        HomaHosts.reply(hosts.server, server, request, 5, 500);
        assertThat(hosts.await(client, 60_000)).isEqualTo(Happening.RESPONSE);
        assertThat(HomaHosts.isPattern(hosts.client, client, 5, 500)).isTrue();
        client.release(client.offset());
    }

    @Test
    void packetsOfDeadCallsAreCountedOrAnsweredAndChangeNothing() throws IOException {
        goodCall();
        hosts.run(1000);
        send(EVIL, packet(Kind.GRANT, 8, new HomaPacket.Grant(5000, 1)));
        send(EVIL, packet(Kind.BUSY, 8, new HomaPacket.Empty()));
        send(EVIL, packet(Kind.RPC_UNKNOWN, 8, new HomaPacket.Empty()));
        send(EVIL, packet(Kind.ACK, 8, new HomaPacket.Acks(List.of(new Ack(8, 77), new Ack(10, 77)))));
        send(EVIL, packet(Kind.DATA, 9, new HomaPacket.Data(10, 0, 10, null, 1, false, new byte[10])));
        send(EVIL, packet(Kind.RESEND, 8, new HomaPacket.Resend(0, -1, 7)));
        send(EVIL, packet(Kind.NEED_ACK, 9, new HomaPacket.Empty()));
        List<Kind> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hosts.run(1);
            evil.receive().forEach(datagram -> answers.add(HomaPacket.decode(datagram.payload()).kind()));
        }
        assertThat(drops(hosts.far, "no such message")).isEqualTo(7); // each of the ACK's three
        assertThat(answers).containsExactly(Kind.RPC_UNKNOWN, Kind.ACK);
        goodCall();
    }

    @Test
    void grantsAndResendsBeyondTheMessageAreRefused() throws IOException {
        hosts.call(client, 1, 100_000, HomaHosts.at("10.0.0.66", 77));
        HomaPacket request = first();
        for (Body each : List.of(new HomaPacket.Grant(100_001, 3), new HomaPacket.Grant(-1, 3),
            new HomaPacket.Grant(Integer.MAX_VALUE, 3), new HomaPacket.Resend(0, 100_001, 3), new HomaPacket.Resend(-5, 10, 3),
            new HomaPacket.Resend(Integer.MAX_VALUE, Integer.MAX_VALUE, 3), new HomaPacket.Resend(10, -1, 3),
            new HomaPacket.Resend(10, 0, 3))) {
            Kind kind = each instanceof HomaPacket.Grant ? Kind.GRANT : Kind.RESEND;
            evil.send(NEAR_MAC, EVIL, NEAR, 0, new HomaPacket(77, request.sourcePort(), kind, request.senderId() ^ 1, each).encode());
        }
        hosts.run(50);
        assertThat(drops(hosts.near, "not acceptable in this state")).isEqualTo(8);
        int sent = evil.receive().stream().mapToInt(datagram -> datagram.payload().length - 56).sum();
        assertThat(sent).isLessThanOrEqualTo(40_000); // the rest was not granted
    }

    private HomaPacket first() {
        for (int i = 0; i < 100; i++) {
            hosts.run(1);
            for (RawPort.Datagram datagram : evil.receive()) {
                return HomaPacket.decode(datagram.payload());
            }
        }
        throw new AssertionError("nothing has arrived");
    }

    @Test
    void responseFromAnotherHostIsNotTheResponse() throws IOException {
        int number = hosts.call(client, 1, 100, HomaHosts.at("10.0.0.66", 77));
        HomaPacket request = first();
        HomaPacket response = new HomaPacket(77, request.sourcePort(), Kind.DATA, request.senderId() ^ 1,
            new HomaPacket.Data(4, 0, 4, null, 1, false, new byte[4]));
        evil.send(NEAR_MAC, Ipv4Address.parse("10.0.0.67").bits(), NEAR, 0, response.encode());
        hosts.run(50);
        assertThat(client.next()).isNull();
        assertThat(drops(hosts.near, "no such message")).isEqualTo(1);
        evil.send(NEAR_MAC, EVIL, NEAR, 0, response.encode());
        hosts.run(50);
        assertThat(client.next()).isEqualTo(Happening.RESPONSE);
        assertThat(client.number()).isEqualTo(number);
    }

    @Test
    void floodOfFirstPacketsIsBoundedAndGoodCallsGoOn() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            send(EVIL + i, data(2L * i + 2, 5_000, 0, 1_000)); // requests of several packets that never end
            if (i % 50 == 0) {
                hosts.run(1);
            }
        }
        assertThat(drops(hosts.far, "no flow left") + drops(hosts.far, "no receive buffer")
            + drops(hosts.far, "no route or no neighbour")).isGreaterThan(15_000); // told to wait, and nobody is there
        goodCall();
        hosts.run(40_000);
        assertThat(server.next()).isNull();
        goodCall();
        assertThat(hosts.far.transports().at(0).named().get("RPCs timed out")).isPositive();
    }

    @Test
    void serverThatNeverRepliesKeepsItsCallersWaitingUntilTheirDeadline() throws IOException {
        long at = client.allocate(100);
        long deadlineNs = hosts.clock.nowNs() + 300_000_000;
        int number = client.call(at, 100, HomaHosts.at("10.0.0.2", 77), deadlineNs);
        Happening what = null;
        for (int i = 0; i < 80_000 && what == null; i++) {
            hosts.run(1);
            assertThat(client.expire(hosts.clock.nowNs())).isIn(deadlineNs, RpcSocket.NO_DEADLINE);
            what = client.next();
        }
        assertThat(what).isEqualTo(Happening.FAILURE);
        assertThat(hosts.clock.nowNs()).isGreaterThan(deadlineNs);
        assertThat(client.number()).isEqualTo(number);
        assertThat(client.failure()).isEqualTo(Status.TIMED_OUT);
        assertThat(client.isReserved(at)).isFalse();
        assertThat(server.next()).isEqualTo(Happening.REQUEST);
        HomaHosts.reply(hosts.server, server, server.number(), 1, 10); // too late
        hosts.run(40_000);
        assertThat(client.next()).isNull();
        assertThat(server.outstanding()).isZero();
    }

    @Test
    void clientThatNeverFreesGetsNoMoreThanItsBufferHolds() throws IOException {
        int answered = 0;
        for (int i = 0; i < 12; i++) {
            hosts.call(client, i, 100, HomaHosts.at("10.0.0.2", 77));
            assertThat(hosts.await(server, 1000)).isEqualTo(Happening.REQUEST);
            HomaHosts.reply(hosts.server, server, server.number(), i, 200_000);
            server.release(server.offset());
            if (hosts.await(client, 4000) == Happening.RESPONSE) {
                answered++;
            }
        }
        assertThat(answered).isEqualTo(8); // of 256 KB each in 2 MB
        assertThat(drops(hosts.near, "no receive buffer")).isPositive();
        assertThat(client.outstanding()).isEqualTo(4);
    }

    @Test
    void callWithoutAServerFailsAtOnceAndOneToNobodyInTime() throws IOException {
        hosts.call(client, 1, 10, HomaHosts.at("10.0.0.2", 78));
        assertThat(hosts.await(client, 200)).isEqualTo(Happening.FAILURE);
        assertThat(client.failure()).isEqualTo(Status.REFUSED);
        hosts.call(client, 1, 10, HomaHosts.at("10.0.0.99", 78));
        assertThat(hosts.await(client, 2_000_000)).isEqualTo(Happening.FAILURE);
        assertThat(client.failure()).isIn(Status.TIMED_OUT, Status.UNREACHABLE);
    }

    @Test
    void cancelledCallEndsOnceAndTheServerIsToldWhenItReplies() throws IOException {
        int number = hosts.call(client, 1, 10, HomaHosts.at("10.0.0.2", 77));
        assertThat(hosts.await(server, 1000)).isEqualTo(Happening.REQUEST);
        client.cancel(number);
        client.cancel(number);
        assertThat(hosts.await(client, 100)).isEqualTo(Happening.FAILURE);
        assertThat(client.failure()).isEqualTo(Status.CANCELLED);
        client.cancel(number);
        HomaHosts.reply(hosts.server, server, server.number(), 2, 10);
        hosts.run(5000);
        assertThat(client.next()).isNull();
        assertThat(server.isReserved(0)).isFalse();
        goodCall();
    }

    /** Packets of a live exchange, with bits flipped, thrown in again while good calls of all lengths go on. */
    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void mutatedPacketsInEveryStateHarmNoCall(long seed) throws IOException {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int call = 0; call < 60; call++) {
            int bytes = 1 + random.nextInt(call % 5 == 0 ? 80_000 : 1_400);
            hosts.call(client, call, bytes, HomaHosts.at("10.0.0.2", 77));
            boolean answered = false;
            for (int step = 0; step < 30_000 && !answered; step++) {
                forge(random);
                hosts.run(1);
                while (server.next() != null) {
                    if (server.peer().equals(client.localAddress()) && HomaHosts.isPattern(hosts.server, server, call, bytes)) {
                        HomaHosts.reply(hosts.server, server, server.number(), call + 1, bytes);
                    } else {
                        server.cancel(server.number());
                    }
                    server.release(server.offset());
                }
                Happening what = client.next();
                if (what != null) {
                    assertThat(what).isEqualTo(Happening.RESPONSE);
                    assertThat(HomaHosts.isPattern(hosts.client, client, call + 1, bytes)).isTrue();
                    client.release(client.offset());
                    answered = true;
                }
            }
            assertThat(answered).as("call %d of %d bytes", call, bytes).isTrue();
        }
        assertThat(Map.copyOf(hosts.far.status().drops())).containsKeys("bad transport header", "no such message");
    }

    /** From addresses of nobody: who can write the client's own is on the link, and Homa has no answer to that. */
    private void forge(Random random) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        Body body = switch (kind) {
            case DATA -> new HomaPacket.Data(random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(5_000), random.nextInt(3_000),
                random.nextInt(), random.nextBoolean() ? null : new Ack(random.nextInt(64) * 2, 77), random.nextInt(3),
                random.nextBoolean(), new byte[random.nextInt(1_400)]);
            case GRANT -> new HomaPacket.Grant(random.nextInt(), random.nextInt(256));
            case RESEND -> new HomaPacket.Resend(random.nextInt(), random.nextInt(), random.nextInt(256));
            case CUTOFFS -> new HomaPacket.Cutoffs(List.of(random.nextInt(), 0, 0, 0, 0, 0, 0, random.nextInt()), random.nextInt());
            case ACK -> new HomaPacket.Acks(List.of(new Ack(random.nextInt(64), 77)));
            default -> new HomaPacket.Empty();
        };
        boolean toServer = random.nextBoolean();
        HomaPacket packet = new HomaPacket(random.nextInt(0x10000), toServer ? 77 : client.localAddress().getPort(), kind,
            random.nextInt(64), body);
        byte[] bytes = packet.encode();
        if (random.nextInt(4) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        evil.send(toServer ? FAR_MAC : NEAR_MAC, EVIL + random.nextInt(8), toServer ? FAR : NEAR, random.nextInt(8), bytes);
        evil.receive();
    }
}
