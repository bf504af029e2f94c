package org.millrace.wire.steer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;

/**
 * Which of n data paths behind one address a frame is for. Of TCP a keyed hash of the two addresses and ports as the frame has
 * them, HalfSipHash-1-3, modulo n, so that who does not know the key cannot aim flows at one of them; an ICMP error about TCP is
 * for whom the packet in it came from. All else (other protocols, fragments, ARP) is for data path 0.
 *
 * <p>Owned by: one thread.
 */
public final class Steering {
    /** Rounds of the hash for each word. */
    public static final int BLOCK_ROUNDS = 1;
    /** Rounds of the hash at its end. */
    public static final int FINAL_ROUNDS = 3;
    private static final int PORTS_BYTES = 4;
    /** An Ethernet header, one of IPv4 without options, two ports. */
    private static final int PLAIN_BYTES = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + PORTS_BYTES;
    /** Of the eight bytes from the EtherType on. */
    private static final long TYPE_AND_VERSION = 0xffff_ff00_0000_0000L;
    private static final long PLAIN_TYPE_AND_VERSION = (long) EthernetHeader.IPV4 << 48 | 0x45L << 40;
    /** Of the eight bytes from the fragment's offset on. */
    private static final long FRAGMENT_AND_PROTOCOL = 0x3fff_00ff_0000_0000L;
    private static final long PLAIN_PROTOCOL = (long) Ipv4Header.TCP << 32;
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt BIG_ENDIAN_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int shards;
    private final long key;
    private final HalfSipHash hash;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final IcmpHeader icmp = new IcmpHeader();

    /**
     * Makes one.
     *
     * @param shards how many data paths, from 1
     * @param key    secret, 64 bits
     */
    public Steering(int shards, long key) {
        this.shards = shards;
        this.key = key;
        hash = new HalfSipHash(key, BLOCK_ROUNDS, FINAL_ROUNDS);
    }

    /** {@return how many data paths there are} */
    public int shards() {
        return shards;
    }

    /** {@return the hash's key} */
    public long key() {
        return key;
    }

    /**
     * {@return the data path of frames from a peer, from 0}
     *
     * @param remote     the peer's address
     * @param remotePort its port
     * @param local      own address
     * @param localPort  own port
     */
    public int shard(int remote, int remotePort, int local, int localPort) {
        return Integer.remainderUnsigned(hash.of(remote, local, remotePort << 16 | localPort), shards);
    }

    /**
     * {@return the data path of a received frame, from 0}
     *
     * @param frame      memory that it is in
     * @param offset     of its Ethernet header
     * @param frameBytes its length
     */
    public int shard(MemorySegment frame, long offset, int frameBytes) {
        if (frameBytes >= PLAIN_BYTES && isPlainTcp(frame, offset, frameBytes)) {
            long addresses = frame.get(BIG_ENDIAN_LONG, offset + EthernetHeader.LENGTH + Ipv4Header.SOURCE);
            int ports = ports(frame, offset + PLAIN_BYTES - PORTS_BYTES);
            return shard((int) (addresses >>> 32), ports >>> 16, (int) addresses, ports & 0xffff);
        }
        return shardOfAny(frame, offset, frameBytes);
    }

    /** Nearly all frames of a busy shard are TCP in IPv4 without options, in one piece: known by two loads. */
    private static boolean isPlainTcp(MemorySegment frame, long offset, int frameBytes) {
        long first = frame.get(BIG_ENDIAN_LONG, offset + EthernetHeader.ETHER_TYPE);
        long second = frame.get(BIG_ENDIAN_LONG, offset + EthernetHeader.LENGTH + Ipv4Header.FRAGMENT);
        int totalBytes = (int) (first >>> 16) & 0xffff;
        return (first & TYPE_AND_VERSION) == PLAIN_TYPE_AND_VERSION && (second & FRAGMENT_AND_PROTOCOL) == PLAIN_PROTOCOL
            && totalBytes >= Ipv4Header.MIN_LENGTH && totalBytes <= frameBytes - EthernetHeader.LENGTH;
    }

    private int shardOfAny(MemorySegment frame, long offset, int frameBytes) {
        if (frameBytes < EthernetHeader.LENGTH || ethernet.wrap(frame, offset).etherType() != EthernetHeader.IPV4) {
            return 0;
        }
        long packet = offset + EthernetHeader.LENGTH;
        long end = offset + frameBytes;
        if (ip.wrap(frame, packet).checkLengths(end - packet) != HeaderFault.NONE || ip.isFragment()) {
            return 0;
        }
        long payload = packet + ip.headerLength();
        if (ip.protocol() == Ipv4Header.ICMP) {
            return isError(frame, payload, end) ? shardOfSent(frame, payload + IcmpHeader.LENGTH, end) : 0;
        }
        return hasPorts(payload, end) ? shard(ip.source(), ports(frame, payload) >>> 16, ip.destination(),
            ports(frame, payload) & 0xffff) : 0;
    }

    private boolean isError(MemorySegment frame, long message, long end) {
        if (end - message < IcmpHeader.LENGTH) {
            return false;
        }
        int type = icmp.wrap(frame, message).type();
        return type == IcmpHeader.DESTINATION_UNREACHABLE || type == IcmpHeader.TIME_EXCEEDED
            || type == IcmpHeader.PARAMETER_PROBLEM;
    }

    /** The packet in an error is one that we have sent: its source is ours. Its total length may be beyond the frame. */
    private int shardOfSent(MemorySegment frame, long packet, long end) {
        if (end - packet < Ipv4Header.MIN_LENGTH || ip.wrap(frame, packet).version() != 4
            || ip.headerLength() < Ipv4Header.MIN_LENGTH) {
            return 0;
        }
        long payload = packet + ip.headerLength();
        return hasPorts(payload, end) ? shard(ip.destination(), ports(frame, payload) & 0xffff, ip.source(),
            ports(frame, payload) >>> 16) : 0;
    }

    private boolean hasPorts(long payload, long end) {
        return ip.protocol() == Ipv4Header.TCP && end - payload >= PORTS_BYTES;
    }

    private int ports(MemorySegment frame, long payload) {
        return frame.get(BIG_ENDIAN_INT, payload);
    }
}
