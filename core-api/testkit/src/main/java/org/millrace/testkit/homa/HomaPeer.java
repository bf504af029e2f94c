package org.millrace.testkit.homa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.testkit.homa.HomaPacket.Ack;
import org.millrace.testkit.homa.HomaPacket.Acks;
import org.millrace.testkit.homa.HomaPacket.Body;
import org.millrace.testkit.homa.HomaPacket.Cutoffs;
import org.millrace.testkit.homa.HomaPacket.Data;
import org.millrace.testkit.homa.HomaPacket.Empty;
import org.millrace.testkit.homa.HomaPacket.Grant;
import org.millrace.testkit.homa.HomaPacket.Kind;
import org.millrace.testkit.homa.HomaPacket.Resend;

/**
 * A small host that speaks Homa: it answers requests with their own bytes, and calls. It is written from the description of the
 * packets and has a mind of its own: 10,000 unscheduled bytes in packets of 1,000, grants of 7,000 more whenever less than 3,000
 * of the last are missing, resends after 3 ms, no acknowledgement before it is asked. Owned by: one thread.
 */
public final class HomaPeer {
    private static final int UNSCHEDULED = 10_000;
    private static final int PACKET = 1_000;
    private static final int STEP = 7_000;
    private static final int LOW = 3_000;
    private static final long PATIENCE_NS = 3_000_000;
    private static final List<Integer> CUTOFFS = List.of(0, 0, 0, 0, 0, 1_000_000, 20_000, 500);
    private static final int VERSION = 9;

    private static final class Rpc {
        int host;
        int port;
        int ownPort;
        long id;
        boolean client;
        byte[] out;
        int sent;
        int granted;
        byte[] in;
        final BitSet arrived = new BitSet();
        int inGranted;
        long heardNs;
        boolean done;

        int missing() {
            return in == null ? Integer.MAX_VALUE : in.length - arrived.cardinality();
        }
    }

    private final RawPort port;
    private final int address;
    private final long gateway;
    private final Map<String, Rpc> rpcs = new LinkedHashMap<>();
    private final Map<Kind, Integer> seen = new TreeMap<>();
    private final Map<Integer, Integer> priorities = new TreeMap<>();
    private final List<byte[]> responses = new ArrayList<>();
    private int cutoffVersion;
    private long nextId = 2;
    private int requests;

    /**
     * Makes one.
     *
     * @param port    its wire
     * @param address its IPv4 address
     * @param gateway MAC address of the host it talks to
     */
    public HomaPeer(RawPort port, int address, long gateway) {
        this.port = port;
        this.address = address;
        this.gateway = gateway;
    }

    /** {@return packets that have arrived, by type} */
    public Map<Kind, Integer> seen() {
        return seen;
    }

    /** {@return DATA packets that have arrived, by their priority} */
    public Map<Integer, Integer> priorities() {
        return priorities;
    }

    /** {@return requests that it has answered} */
    public int requests() {
        return requests;
    }

    /** {@return responses to its calls} */
    public List<byte[]> responses() {
        return responses;
    }

    /**
     * Calls.
     *
     * @param host       whom
     * @param serverPort where
     * @param request    what with
     * @param nowNs      the time
     */
    public void call(int host, int serverPort, byte[] request, long nowNs) {
        Rpc rpc = new Rpc();
        rpc.host = host;
        rpc.port = serverPort;
        rpc.ownPort = 0x9000;
        rpc.id = nextId;
        rpc.client = true;
        nextId += 2;
        rpc.heardNs = nowNs;
        begin(rpc, request);
        rpcs.put("c" + rpc.id, rpc);
        go(rpc);
    }

    private static void begin(Rpc rpc, byte[] message) {
        rpc.out = message;
        rpc.granted = Math.min(message.length, UNSCHEDULED);
    }

    /**
     * Takes what has arrived and does what is due.
     *
     * @param nowNs the time
     */
    public void poll(long nowNs) {
        for (RawPort.Datagram datagram : port.receive()) {
            HomaPacket packet = HomaPacket.decode(datagram.payload());
            seen.merge(packet.kind(), 1, Integer::sum);
            if (packet.kind() == Kind.DATA) {
                priorities.merge(datagram.priority(), 1, Integer::sum);
            }
            packet(datagram.source(), packet, nowNs);
        }
        for (Rpc rpc : List.copyOf(rpcs.values())) {
            boolean waits = rpc.client && !rpc.done || rpc.in != null && rpc.missing() > 0;
            if (waits && nowNs - rpc.heardNs > PATIENCE_NS) {
                rpc.heardNs = nowNs;
                ask(rpc);
            }
        }
    }

    private void packet(int host, HomaPacket packet, long nowNs) {
        boolean fromClient = (packet.senderId() & 1) == 0;
        String key = fromClient ? "s" + host + "/" + packet.senderId() : "c" + (packet.senderId() ^ 1);
        Rpc rpc = rpcs.get(key);
        if (rpc == null && fromClient && packet.body() instanceof Data) {
            rpc = new Rpc();
            rpc.host = host;
            rpc.port = packet.sourcePort();
            rpc.ownPort = packet.destinationPort();
            rpc.id = packet.senderId() ^ 1;
            rpcs.put(key, rpc);
        }
        if (rpc == null) {
            unknown(host, packet);
            return;
        }
        rpc.heardNs = nowNs;
        switch (packet.body()) {
            case Data data -> data(rpc, data);
            case Grant grant -> {
                rpc.granted = Math.max(rpc.granted, Math.min(grant.offset(), rpc.out.length));
                go(rpc);
            }
            case Resend resend -> again(rpc, resend);
            case Acks acks -> rpcs.remove(key);
            case Cutoffs cutoffs -> cutoffVersion = cutoffs.version();
            case Empty none -> empty(key, rpc, packet.kind());
        }
    }

    private void empty(String key, Rpc rpc, Kind kind) {
        if (kind == Kind.NEED_ACK && rpc.done) {
            send(rpc, Kind.ACK, new Acks(List.of()), 7);
            rpcs.remove(key);
        } else if (kind == Kind.NEED_ACK) {
            ask(rpc);
        } else if (kind == Kind.RPC_UNKNOWN && rpc.client && rpc.in == null) {
            rpc.sent = 0;
            go(rpc);
        } else if (kind == Kind.RPC_UNKNOWN && !rpc.client) {
            rpcs.remove(key);
        }
    }

    private void unknown(int host, HomaPacket packet) {
        if (packet.body() instanceof Cutoffs cutoffs) {
            cutoffVersion = cutoffs.version();
        }
        Rpc gone = new Rpc();
        gone.host = host;
        gone.port = packet.sourcePort();
        gone.ownPort = packet.destinationPort();
        gone.id = packet.senderId() ^ 1;
        if (packet.kind() == Kind.RESEND) {
            send(gone, Kind.RPC_UNKNOWN, new Empty(), 7);
        } else if (packet.kind() == Kind.NEED_ACK) {
            send(gone, Kind.ACK, new Acks(List.of(new Ack(gone.id, gone.port))), 7);
        }
    }

    private void data(Rpc rpc, Data data) {
        if (rpc.in == null) {
            rpc.in = new byte[data.messageLength()];
            rpc.inGranted = Math.min(data.incoming(), rpc.in.length);
        }
        if (data.cutoffVersion() != VERSION) {
            send(rpc, Kind.CUTOFFS, new Cutoffs(CUTOFFS, VERSION), 7);
        }
        System.arraycopy(data.payload(), 0, rpc.in, data.offset(), data.payload().length);
        rpc.arrived.set(data.offset(), data.offset() + data.payload().length);
        if (rpc.inGranted < rpc.in.length && rpc.inGranted - rpc.arrived.cardinality() < LOW) {
            rpc.inGranted = Math.min(rpc.in.length, rpc.inGranted + STEP);
            send(rpc, Kind.GRANT, new Grant(rpc.inGranted, 2), 7);
        }
        if (rpc.missing() == 0 && !rpc.done) {
            rpc.done = true;
            complete(rpc);
        }
    }

    private void complete(Rpc rpc) {
        if (rpc.client) {
            responses.add(rpc.in);
        } else {
            requests++;
            begin(rpc, rpc.in);
            go(rpc);
        }
    }

    private void go(Rpc rpc) {
        while (rpc.sent < rpc.granted) {
            int end = Math.min(rpc.granted, rpc.sent + PACKET);
            piece(rpc, rpc.sent, end, false, 5);
            rpc.sent = end;
        }
    }

    private void again(Rpc rpc, Resend resend) {
        if (rpc.out == null) {
            send(rpc, Kind.BUSY, new Empty(), 7);
            return;
        }
        int end = resend.length() == -1 ? rpc.sent : Math.min(rpc.sent, resend.offset() + resend.length());
        for (int at = resend.offset(); at < end; at += PACKET) {
            piece(rpc, at, Math.min(end, at + PACKET), true, resend.priority());
        }
        rpc.granted = Math.max(rpc.granted, Math.min(rpc.out.length, resend.offset() + Math.max(0, resend.length())));
        go(rpc);
    }

    private void piece(Rpc rpc, int from, int to, boolean again, int priority) {
        send(rpc, Kind.DATA, new Data(rpc.out.length, from, rpc.granted, null, cutoffVersion, again,
            Arrays.copyOfRange(rpc.out, from, to)), priority);
    }

    private void ask(Rpc rpc) {
        if (rpc.in == null) {
            send(rpc, Kind.RESEND, new Resend(0, -1, 6), 7);
            return;
        }
        int from = rpc.arrived.nextClearBit(0);
        int to = Math.min(rpc.arrived.nextSetBit(from) < 0 ? rpc.inGranted : rpc.arrived.nextSetBit(from), rpc.inGranted);
        if (from < to) {
            send(rpc, Kind.RESEND, new Resend(from, to - from, 6), 7);
        }
    }

    private void send(Rpc rpc, Kind kind, Body body, int priority) {
        HomaPacket packet = new HomaPacket(rpc.ownPort, rpc.port, kind, rpc.id, body);
        port.send(gateway, address, rpc.host, priority, packet.encode());
    }
}
