package org.millrace.homa;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.message.Peer;
import org.millrace.homa.message.PeerState;
import org.millrace.homa.message.Profile;
import org.millrace.homa.wire.HomaFormats;

/**
 * Which priorities peers and this host want unscheduled bytes at, by the length of the message. A peer to which nothing was
 * sent for {@value #FORGET_NS} ns is forgotten. Owned by: the data-path thread.
 */
final class Peers {
    private static final long FORGET_NS = 10_000_000_000L;
    private static final long TICK_NS = 1_000_000;
    /** Most peers told in a tick. */
    private static final int MOST_TOLD = 64;
    private static final int BYTES = 62;
    private static final int CUTOFFS = 28;
    private static final int VERSION = 60;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int HIGHEST = 7 << 5;

    private record Stale(int localAddress, int localPort, int peerAddress, int peerPort) {
    }

    private final TransportHost host;
    private final Messages messages;
    private final int[] cutoffs;
    private final MemorySegment packet = Arena.ofAuto().allocate(BYTES);
    /** Peers by key, and when each was last seen to be used. */
    private final Map<Integer, Long> known = new LinkedHashMap<>();
    private final Set<Stale> stale = new HashSet<>();
    private long toldNs = -TICK_NS;
    private long lookNs = Long.MAX_VALUE;
    private long told;

    Peers(TransportHost host, Messages messages, Profile profile) {
        this.host = host;
        this.messages = messages;
        cutoffs = profile.cutoffs().toArray();
    }

    int size() {
        return known.size();
    }

    long told() {
        return told;
    }

    /** A peer's own cut-offs have come. Of a peer that nothing is sent to they are of no use. */
    void cutoffs(ReceivedPacket received) {
        if (!messages.peer(received.peerAddress, peer -> set(peer, received))) {
            host.drop(DropReason.UNACCEPTABLE.code());
        }
    }

    private static void set(PeerState peer, ReceivedPacket received) {
        for (int i = 0; i < HomaFormats.PRIORITIES; i++) {
            peer.cutoff(i, received.frame.get(I32, received.header() + CUTOFFS + i * Integer.BYTES));
        }
        peer.cutoffVersion(received.frame.get(I16, received.header() + VERSION) & 0xffff);
    }

    void met(int key, long nowNs) {
        known.put(key, nowNs);
        lookNs = Math.min(lookNs, nowNs + FORGET_NS);
    }

    /** A peer goes by other cut-offs than this host's. */
    void stale(SegmentMeta meta) {
        if (stale.size() < MOST_TOLD) {
            stale.add(new Stale(meta.localAddress(), meta.localPort(), meta.peerAddress(), meta.peerPort()));
        }
    }

    /** Tells peers, each at most once a tick, and forgets some. Answers when it wants to be called again. */
    long advance(long nowNs) {
        if (!stale.isEmpty() && nowNs - toldNs >= TICK_NS) {
            stale.forEach(peer -> tell(peer, nowNs));
            stale.clear();
            toldNs = nowNs;
        }
        if (nowNs >= lookNs) {
            forget(nowNs);
            lookNs = known.isEmpty() ? Long.MAX_VALUE : nowNs + FORGET_NS;
        }
        return stale.isEmpty() ? lookNs : Math.min(lookNs, toldNs + TICK_NS);
    }

    private void tell(Stale peer, long nowNs) {
        packet.fill((byte) 0);
        packet.set(I32, 0, peer.localPort << 16 | peer.peerPort);
        packet.set(I32, 8, HomaFormats.CUTOFFS);
        packet.set(I32, 12, 5 << 28 | 6 << 16);
        packet.set(I32, 16, 0xb97d);
        for (int i = 0; i < HomaFormats.PRIORITIES; i++) {
            packet.set(I32, CUTOFFS + (long) i * Integer.BYTES, cutoffs[i]);
        }
        packet.set(I16, VERSION, (short) Peer.CUTOFF_VERSION);
        host.send(peer.localAddress, peer.peerAddress, HIGHEST, packet, 0, BYTES, nowNs);
        told++;
    }

    private void forget(long nowNs) {
        Iterator<Map.Entry<Integer, Long>> each = known.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, Long> peer = each.next();
            if (messages.wasUsed(peer.getKey())) {
                peer.setValue(nowNs);
            } else if (nowNs - peer.getValue() >= FORGET_NS) {
                messages.forget(peer.getKey());
                each.remove();
            }
        }
    }
}
