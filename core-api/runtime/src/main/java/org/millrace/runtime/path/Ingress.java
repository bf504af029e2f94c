package org.millrace.runtime.path;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.net.IpLayer;
import org.millrace.runtime.frame.ReceivedFrames;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.wire.Checksum;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.VlanTag;

/**
 * From a frame to a transport: checks link and network headers once, so that nobody behind has to. Whatever does not
 * pass is counted under its reason. Owned by: the data-path thread.
 */
final class Ingress {
    /** The network layer looks at most at this much: of a longer frame's rest only the length counts. */
    private static final int MAX_UNTAGGED = 65_535 + EthernetHeader.LENGTH;
    private static final int PROTOCOLS = 256;
    private static final int PLAIN_HEADERS = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
    private static final long PLAIN_TYPE = 0x0800_4500L;
    private static final long FRAGMENT = 0x3fff_0000L;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int PROTOCOL = EthernetHeader.LENGTH + 9;
    private static final int ADDRESSES = EthernetHeader.LENGTH + 12;
    private static final int MACS = 12;
    private static final int LOOPBACK = 127;
    private static final int CONGESTION_EXPERIENCED = 3;
    /** A transport's header is seldom longer: what is behind is payload. */
    private static final int MOST_HEADER_BYTES = 60;

    private final ReceivedFrames frames;
    private final IpLayer ip;
    private final Counters counters;
    private final long mac;
    private final boolean trusted;
    private final LoadedTransport<?>[] transports = new LoadedTransport<?>[PROTOCOLS];
    /** Of the first passes: each frame's transport, its flow, and whether it has payload. */
    private final int[] protocols;
    private final int[] flows;
    private final boolean[] payloads;
    /** Of no meaning; see {@link org.millrace.api.hardware.Pipeline#touch}. */
    private int touched;
    /** What is put into ECN fields that can be marked. */
    private int mark;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final VlanTag tag = new VlanTag();
    private final Ipv4Header header = new Ipv4Header();
    private final MemorySegment untagged = Arena.ofAuto().allocate(MAX_UNTAGGED, 8);

    Ingress(ReceivedFrames frames, IpLayer ip, Counters counters, long mac, boolean trusted) {
        this.frames = frames;
        protocols = new int[frames.batch.capacity()];
        flows = new int[frames.batch.capacity()];
        payloads = new boolean[frames.batch.capacity()];
        this.ip = ip;
        this.counters = counters;
        this.mac = mac;
        this.trusted = trusted;
    }

    /** Says whether so much waits that what can be marked is marked. */
    void mark(boolean on) {
        mark = on ? CONGESTION_EXPERIENCED : 0;
    }

    /** Gives a transport the datagrams of its protocol. */
    void route(LoadedTransport<?> transport) {
        transports[transport.protocol] = transport;
    }

    /**
     * The first passes over a batch: misses of the caches overlap here, where nothing waits for what is loaded. First frames and flows, then
     * what is kept for the flows, then their connections' and where payload will lie.
     */
    void touch(FrameBatch batch) {
        int count = 0;
        for (int i = 0; i < batch.count(); i++) {
            MemorySegment memory = batch.segment[i];
            long start = batch.offset[i];
            if (batch.length[i] >= PLAIN_HEADERS + Integer.BYTES && (memory.get(I64, start + 8) & 0xffff_ff00L) == PLAIN_TYPE) {
                int protocol = memory.get(ValueLayout.JAVA_BYTE, start + PROTOCOL) & 0xff;
                LoadedTransport<?> transport = transports[protocol];
                if (transport != null && transport.isFar()) {
                    protocols[count] = protocol;
                    int length = batch.length[i];
                    int there = batch.there(i);
                    touched += memory.get(ValueLayout.JAVA_BYTE, start + (there >> 1)) + memory.get(ValueLayout.JAVA_BYTE, start + there - 1);
                    payloads[count] = length > PLAIN_HEADERS + MOST_HEADER_BYTES;
                    flows[count++] = transport.flow(memory.get(I64, start + ADDRESSES), memory.get(I32, start + PLAIN_HEADERS));
                }
            }
        }
        for (int i = 0; i < count; i++) {
            transports[protocols[i]].touch(flows[i]);
        }
        for (int i = 0; i < count; i++) {
            transports[protocols[i]].touchConnection(flows[i], payloads[i]);
        }
    }

    void receive(int frame, long nowNs) {
        FrameBatch batch = frames.batch;
        MemorySegment memory = batch.segment[frame];
        long start = batch.offset[frame];
        int length = batch.length[frame];
        if (length >= PLAIN_HEADERS && plain(frame, memory, start, length, nowNs)) {
            return;
        }
        if (!batch.isWhole(frame)) {
            batch.complete(frame);
            memory = batch.segment[frame];
            start = batch.offset[frame];
        }
        if (length < EthernetHeader.LENGTH) {
            counters.drop(DropReason.TRUNCATED);
            return;
        }
        ethernet.wrap(memory, start);
        int type = ethernet.etherType();
        int linkBytes = EthernetHeader.LENGTH;
        if (type == EthernetHeader.VLAN) {
            linkBytes += VlanTag.LENGTH;
            if (length < linkBytes) {
                counters.drop(DropReason.TRUNCATED);
                return;
            }
            tag.wrap(memory, start + EthernetHeader.LENGTH);
            if (tag.vlanId() != 0) {
                counters.drop(DropReason.NOT_FOR_US);
                return;
            }
            type = tag.etherType();
        }
        if (type == EthernetHeader.IPV4) {
            ipv4(frame, linkBytes, nowNs);
        } else if (type == EthernetHeader.ARP) {
            network(frame, linkBytes, nowNs);
        } else {
            counters.drop(DropReason.UNKNOWN_ETHERTYPE);
        }
    }

    /**
     * The common frame, with five loads: untagged, to us, IPv4 without options or fragments and without a fault, for a
     * transport that is here. Answers false for any other, which is looked at field by field.
     */
    private boolean plain(int frame, MemorySegment memory, long start, int length, long nowNs) {
        long word0 = memory.get(I64, start);                // destination 48, source 16
        long word8 = memory.get(I64, start + 8);            // source 32, type 16, version and length 8, TOS 8
        long word16 = memory.get(I64, start + 16);          // length 16, id 16, flags and fragment 16, TTL 8, protocol 8
        long addresses = memory.get(I64, start + 26);       // source 32, destination 32
        int total = (int) (word16 >>> 48);
        LoadedTransport<?> transport = transports[(int) word16 & 0xff];
        if (word0 >>> 16 != mac || (word8 & 0xffff_ff00L) != PLAIN_TYPE || (word16 & FRAGMENT) != 0
            || transport == null || total < Ipv4Header.MIN_LENGTH || total > length - EthernetHeader.LENGTH) {
            return false;
        }
        long sum = (word8 & 0xffff) + (memory.get(U16, start + 24) & 0xffff) + words(word16) + words(addresses);
        int source = (int) (addresses >>> 32);
        int destination = (int) addresses;
        if (Checksum.fold(sum) != 0xffff || !ip.isLocal(destination) || !isHost(source)
            || isForged(frame, source, destination)) {
            return false;
        }
        ReceivedPacket packet = frames.at(frame);
        if (packet.frame != memory) {
            packet.frame = memory;
        }
        packet.frameOffset = start;
        packet.headerOffset = PLAIN_HEADERS;
        packet.length = total - Ipv4Header.MIN_LENGTH;
        packet.segmentSize = frames.batch.segmentSize[frame];
        packet.checksumValid = trusted || (frames.batch.flags[frame] & FrameBatch.CHECKSUM_VALID) != 0;
        packet.localAddress = destination;
        packet.peerAddress = source;
        packet.ecn = marked((int) word8 & 3);
        transport.dispatch(packet, frame + 1, nowNs);
        return true;
    }

    /** {@return what a datagram's ECN field is, here as the last queue on its way} */
    private int marked(int ecn) {
        return ecn == 0 ? 0 : ecn | mark; // RFC 3168 §5
    }

    /** {@return the sum of the four 16-bit words of a long} */
    private static long words(long word) {
        return (word >>> 48) + (word >>> 32 & 0xffff) + (word >>> 16 & 0xffff) + (word & 0xffff);
    }

    private void ipv4(int frame, int linkBytes, long nowNs) {
        FrameBatch batch = frames.batch;
        MemorySegment memory = batch.segment[frame];
        long start = batch.offset[frame];
        int available = batch.length[frame] - linkBytes;
        if (ethernet.destination() != mac) {
            counters.drop(DropReason.NOT_FOR_US); // RFC 1122 §3.3.6: link broadcast is not for a unicast socket
            return;
        }
        header.wrap(memory, start + linkBytes);
        HeaderFault fault = header.check(available);
        if (fault != HeaderFault.NONE) {
            counters.drop(reason(fault, available));
            return;
        }
        if (!ip.isLocal(header.destination())) {
            counters.drop(DropReason.NOT_FOR_US);
        } else if (!isHost(header.source()) || isForged(frame, header.source(), header.destination())) {
            counters.drop(DropReason.BAD_IP_HEADER); // RFC 1122 §3.2.1.3
        } else if (header.isFragment()) {
            counters.drop(DropReason.IP_FRAGMENT);
        } else if (header.protocol() == Ipv4Header.ICMP) {
            network(frame, linkBytes, nowNs);
        } else {
            transport(frame, linkBytes, nowNs);
        }
    }

    private DropReason reason(HeaderFault fault, int available) {
        return switch (fault) {
            case TRUNCATED -> DropReason.TRUNCATED;
            case TOTAL_LENGTH -> header.totalLength() > available ? DropReason.TRUNCATED : DropReason.BAD_IP_HEADER;
            case CHECKSUM -> DropReason.BAD_IP_CHECKSUM;
            default -> DropReason.BAD_IP_HEADER;
        };
    }

    /** An own address is no source, and a loopback address neither source nor destination, of what was on the wire. */
    private boolean isForged(int frame, int source, int destination) {
        return (ip.isLocal(source) || destination >>> 24 == LOOPBACK)
            && (frames.batch.flags[frame] & FrameBatch.LOOPED) == 0;
    }

    /** Not 0.0.0.0/8, multicast, reserved or broadcast. */
    private static boolean isHost(int address) {
        int first = address >>> 24;
        return first != 0 && first < 224;
    }

    private void transport(int frame, int linkBytes, long nowNs) {
        FrameBatch batch = frames.batch;
        int headerLength = header.headerLength(); // once from here: a peer process may write it again
        int totalLength = header.totalLength();
        if (headerLength < Ipv4Header.MIN_LENGTH || totalLength < headerLength
            || totalLength > batch.length[frame] - linkBytes) {
            counters.drop(DropReason.BAD_IP_HEADER);
            return;
        }
        LoadedTransport<?> transport = transports[header.protocol()];
        if (transport == null) {
            counters.drop(DropReason.UNKNOWN_PROTOCOL);
            if (linkBytes == EthernetHeader.LENGTH) {
                ip.protocolUnreachable(batch.segment[frame], batch.offset[frame], batch.length[frame], nowNs);
            }
            return;
        }
        ReceivedPacket packet = frames.at(frame);
        packet.frame = batch.segment[frame];
        packet.frameOffset = batch.offset[frame];
        packet.headerOffset = linkBytes + headerLength;
        packet.length = totalLength - headerLength;
        packet.segmentSize = batch.segmentSize[frame];
        packet.checksumValid = trusted || (batch.flags[frame] & FrameBatch.CHECKSUM_VALID) != 0;
        packet.localAddress = header.destination();
        packet.peerAddress = header.source();
        packet.ecn = marked(header.ecn());
        transport.dispatch(packet, frame + 1, nowNs);
    }

    /**
     * ARP and ICMP: the network layer takes untagged frames only, in memory that nobody else writes: it looks at them more
     * than once. Of ARP a copy is for learning: the shard that has the original answers.
     */
    private void network(int index, int linkBytes, long nowNs) {
        FrameBatch batch = frames.batch;
        MemorySegment memory = batch.segment[index];
        long start = batch.offset[index];
        int tagBytes = linkBytes - EthernetHeader.LENGTH;
        int bytes = batch.length[index] - tagBytes;
        if (bytes > MAX_UNTAGGED) {
            counters.drop(DropReason.NOT_FOR_US);
            return;
        }
        MemorySegment.copy(memory, start, untagged, 0, MACS);
        MemorySegment.copy(memory, start + MACS + tagBytes, untagged, MACS, bytes - (long) MACS);
        MemorySegment frame = untagged;
        long offset = 0;
        if (ethernet.wrap(frame, offset).etherType() != EthernetHeader.ARP) {
            ip.icmp(frame, offset, bytes, nowNs);
        } else if ((batch.flags[index] & FrameBatch.COPIED) == 0) {
            ip.arp(frame, offset, bytes, nowNs);
        } else {
            ip.overhear(frame, offset, bytes, nowNs);
        }
    }
}
