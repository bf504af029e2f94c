package org.millrace.runtime.tenant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.pipeline.FlowShares;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.net.IpLayer;
import org.millrace.wire.Checksum;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

/**
 * What the frames of each flow begin with: Ethernet and IPv4 (RFC 791 §3.1, without options) as words, and what these and
 * the pseudo-header add to checksums. A frame's own are only lengths, identification, time to live, DSCP and ECN. A line of
 * cache a flow.
 *
 * <p>DESIGN NOTES. A row is good for the addresses that it has and the state of the link that it is from. So whatever changes, a flow's peer or own
 * address, a neighbour's or a route, is seen at the flow's next frame, in {@link #row} and nowhere else; a change costs nothing until
 * somebody sends, whatever the number of flows. A flow whose next hop is not known any more goes on the way it knows (RFC 1122 §3.3.1.4). What a
 * transport's own header is made of changes from segment to segment and is the codec's, which sums it as it writes it. So a flow is
 * of its route's class from its first frame on, and before that of its context's.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FlowHeaders implements FlowShares {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long LOW_32 = 0xffff_ffffL;
    private static final long VERSION = 0x4500;
    private static final long DONT_FRAGMENT = Ipv4Header.DONT_FRAGMENT << 13;

    private static final int ROW = 8;
    /** Words before the first row: so it begins a line, as the rows of programs do. */
    private static final int LEAD = 6;
    /** Own address, peer's. */
    private static final int ADDRESSES = 0;
    /** State of the link, above bit 0, which is set: so a row that was never filled is good for nothing. */
    private static final int LINK = 1;
    /** Destination, 16 bits of the source. */
    private static final int FIRST = 2;
    /** The rest of the source, type, version, DSCP and ECN. */
    private static final int SECOND = 3;
    /** What the words above add to IPv4's checksum; above, to the transport's. */
    private static final int SUMS = 4;
    /** Context and slot of the flow's connection, or of the one that it had last; 0: it had none. */
    private static final int PLACE = 5;
    /** The code point of the flow's frames; 0: their program's. */
    private static final int DSCP = 6;
    /** The number of its route among those with a weight; 0: it has none. */
    private static final int ROUTE = 7;

    private final IpLayer ip;
    private final Weights weights;
    private final long source;
    private final int protocol;
    private final long[] rows;
    private long lookups;

    /**
     * Makes rows that are filled when they are needed.
     *
     * @param ip       knows the next hops
     * @param weights  of contexts and routes
     * @param source   own MAC address
     * @param protocol IP protocol number
     * @param flows    most of them
     */
    public FlowHeaders(IpLayer ip, Weights weights, long source, int protocol, int flows) {
        this.weights = weights;
        this.ip = ip;
        this.source = source;
        this.protocol = protocol;
        rows = new long[LEAD + ROW * (flows + 1)];
    }

    /**
     * {@return the row of an item's frame, good for this frame; negative: where its peer is is not known, as {@link IpLayer#resolvedMac} says}
     *
     * @param meta an item about to be emitted, of a flow or of none
     */
    public int row(SegmentMeta meta, long nowNs) {
        int row = LEAD + meta.flow() * ROW;
        long addresses = (long) meta.localAddress() << 32 | meta.peerAddress() & LOW_32;
        return rows[row + ADDRESSES] == addresses && rows[row + LINK] == link() ? row : fill(row, addresses, nowNs);
    }

    private long link() {
        return (long) ip.changes() << 1 | 1;
    }

    private int fill(int row, long addresses, long nowNs) {
        int local = (int) (addresses >>> 32);
        int peer = (int) addresses;
        lookups++;
        long mac = ip.resolvedMac(peer, nowNs);
        if (mac < 0 && rows[row + LINK] != 0 && (int) rows[row + ADDRESSES] == peer) {
            mac = mac(row);
        }
        if (mac < 0) {
            return (int) mac;
        }
        long pseudo = Checksum.fold(Checksum.pseudoHeader(local, peer, protocol, 0));
        long constant = VERSION + DONT_FRAGMENT + protocol + Checksum.word(local) + Checksum.word(peer);
        rows[row + ADDRESSES] = addresses;
        rows[row + LINK] = link();
        rows[row + FIRST] = mac << 16 | source >>> 32;
        rows[row + SECOND] = source << 32 | (long) EthernetHeader.IPV4 << 16 | VERSION;
        rows[row + SUMS] = pseudo << 32 | Checksum.fold(constant);
        rows[row + ROUTE] = weights.number(ip.route(peer));
        return row;
    }

    /** {@return the MAC address that a row's frames go to} */
    long mac(int row) {
        return rows[row + FIRST] >>> 16;
    }

    /** {@return what the pseudo-header of a row's frames adds to their transport's checksum} */
    long pseudoHeader(int row, int segmentBytes) {
        return (rows[row + SUMS] >>> 32) + segmentBytes;
    }

    /** Writes a frame's headers, up to the transport's. */
    void write(int row, MemorySegment to, long frame, int tos, int segmentBytes, int identification) {
        int total = Ipv4Header.MIN_LENGTH + segmentBytes;
        int ttl = ip.ttl();
        int ttlAndProtocol = ttl << 8 | protocol;
        long sum = (rows[row + SUMS] & LOW_32) + tos + total + identification + (ttl << 8);
        to.set(I64, frame, rows[row + FIRST]);
        to.set(I64, frame + 8, rows[row + SECOND] | tos);
        to.set(I64, frame + 16, (long) total << 48 | (long) identification << 32 | DONT_FRAGMENT << 16 | ttlAndProtocol);
        to.set(U16, frame + 24, (short) Checksum.finish(sum));
        to.set(I64, frame + 26, rows[row + ADDRESSES]);
    }

    @Override
    public boolean areSet() {
        return weights.areSet();
    }

    @Override
    public boolean areContended() {
        return weights.areContended();
    }

    @Override
    public int classes() {
        return weights.classes();
    }

    @Override
    public int classOf(int flow) {
        return weights.classOf((int) rows[LEAD + flow * ROW + ROUTE], (int) (place(flow) >>> 32));
    }

    @Override
    public int weight(int number) {
        return weights.weight(number);
    }

    /** A flow is no connection's any more. */
    public void release(int flow) {
        int row = LEAD + flow * ROW;
        rows[row + PLACE] = 0;
        rows[row + DSCP] = 0;
        rows[row + ROUTE] = 0;
        rows[row + LINK] = 0;
    }

    /** Marks a flow's frames. */
    public void dscp(int flow, int dscp) {
        rows[LEAD + flow * ROW + DSCP] = dscp;
    }

    /** {@return the code point that a row's frames are marked with; 0: their program's} */
    public int dscp(int row) {
        return (int) rows[row + DSCP];
    }

    /** A flow's connection is in a slot of a context: for {@link #place}. */
    public void place(int flow, int context, int slot) {
        rows[LEAD + flow * ROW + PLACE] = (context + 1L) << 32 | slot;
    }

    /** {@return where a flow's connection is, or the last one was: its context's number and one, the slot in the low half; 0: it had none} */
    public long place(int flow) {
        return rows[LEAD + flow * ROW + PLACE];
    }

    /** {@return how often the network layer has been asked} */
    public long lookups() {
        return lookups;
    }
}
