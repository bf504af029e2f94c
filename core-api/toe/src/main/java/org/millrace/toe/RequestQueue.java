package org.millrace.toe;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/** The application's end of the request ring: requests gather until {@link #publish}. Owned by: the Toe's thread. */
final class RequestQueue {
    /** No room. */
    static final int FULL = -1;
    private static final InetAddress ANY = any();
    private static final int ADDRESS_BYTES = 16;

    private final ContextGrant grant;
    private final ContextLayout layout;
    private final DescriptorRing ring;
    private final MemorySegment lastBytes = MemorySegment.ofArray(new byte[ADDRESS_BYTES]);
    private InetSocketAddress lastPeer;
    private int room;
    private boolean claimed;
    private boolean full;
    private boolean corrupt;

    RequestQueue(ContextGrant grant, ContextLayout layout) {
        this.grant = grant;
        this.layout = layout;
        ring = new DescriptorRing(layout.region(), layout.requestRing(), layout.size().ringSlots());
    }

    /** {@return offset of a new request of that type about that connection, or {@link #FULL}} */
    long claim(int type, int connection) {
        if (!hasRoom()) {
            return FULL;
        }
        room--;
        claimed = true;
        long slot = ring.claim();
        ring.u8(slot, Descriptor.TYPE, type);
        ring.i32(slot, Descriptor.CONNECTION, connection);
        return slot;
    }

    /** Shows the data path what was claimed and wakes it if it sleeps. */
    void publish() {
        if (claimed) {
            claimed = false;
            ring.publish();
            if (ring.takeWaiting()) {
                grant.ring();
            }
        }
    }

    /** {@return whether the last claim found no room} */
    boolean isFull() {
        return full;
    }

    /** {@return whether a claim would find room} */
    boolean hasRoom() {
        if (room <= 0) {
            room = ring.free();
            corrupt |= room < 0;
        }
        full = room <= 0;
        return !full;
    }

    /** {@return whether the data path's index was seen to be impossible} */
    boolean isCorrupt() {
        return corrupt;
    }

    void bytes(long slot, int receive, int transmit, boolean fin) {
        ring.i32(slot, Descriptor.RX_BYTES, receive);
        ring.i32(slot, Descriptor.TX_BYTES, transmit);
        ring.u8(slot, Descriptor.FLAGS, fin ? Descriptor.FIN : 0);
    }

    void code(long slot, int transport, int argument) {
        ring.u16(slot, Descriptor.CODE, transport);
        ring.i32(slot, Descriptor.ARGUMENT, argument);
    }

    /** One more than a code point; 0: none is chosen. */
    void dscp(long slot, int dscp) {
        ring.i32(slot, Descriptor.DSCP, dscp);
    }

    void flags(long slot, int flags) {
        ring.u8(slot, Descriptor.FLAGS, flags);
    }

    void opaque(long slot, long opaque) {
        ring.i64(slot, Descriptor.OPAQUE, opaque);
    }

    /** Null: any address and port. */
    void local(long slot, InetSocketAddress local) {
        Addresses.write(layout.region(), slot + Descriptor.LOCAL_ADDRESS, local == null ? ANY : local.getAddress());
        ring.u16(slot, Descriptor.LOCAL_PORT, local == null ? 0 : local.getPort());
    }

    /** The bytes of an address cost an array: those of the last one are kept. */
    void peer(long slot, InetSocketAddress peer) {
        if (peer != lastPeer) {
            Addresses.write(lastBytes, 0, peer.getAddress());
            lastPeer = peer;
        }
        MemorySegment.copy(lastBytes, 0, layout.region(), slot + Descriptor.PEER_ADDRESS, ADDRESS_BYTES);
        ring.u16(slot, Descriptor.PEER_PORT, peer.getPort());
    }

    private static InetAddress any() {
        try {
            return Inet4Address.getByAddress(new byte[4]);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }
}
