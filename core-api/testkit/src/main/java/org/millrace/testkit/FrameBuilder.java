package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;
import org.millrace.wire.UdpHeader;

/**
 * Builds whole valid frames for tests: Ethernet and IPv4 around TCP, UDP or ICMP, or Ethernet around ARP, lengths and
 * checksums filled in. Hostile frames are a valid one with bytes of it changed, or {@link #badChecksum()}.
 *
 * <pre>{@code
 * byte[] syn = FrameBuilder.tcp().from(client).to(server).seq(100).flags(SYN).mss(1460).build();
 * }</pre>
 *
 * Slow and allocating. Owned by one thread; {@link #copy()} makes a variant.
 */
public final class FrameBuilder implements Cloneable {
    private final int protocol;
    private Endpoint source = new Endpoint(0x0200_0000_0001L, 0x0a00_0001, 1000);
    private Endpoint destination = new Endpoint(0x0200_0000_0002L, 0x0a00_0002, 2000);
    private int ttl = 64;
    private int ecn;
    private int identification;
    private int sequence;
    private int acknowledgment;
    private int flags = TcpHeader.ACK;
    private int window = 0xffff;
    private byte[] options = {};
    private byte[] payload = {};
    private int icmpType;
    private int icmpCode;
    private int icmpRest;
    private boolean badChecksum;

    private FrameBuilder(int protocol) {
        this.protocol = protocol;
    }

    /** {@return a TCP segment: ACK, no options, no payload, window 65535} */
    public static FrameBuilder tcp() {
        return new FrameBuilder(Ipv4Header.TCP);
    }

    /** {@return a UDP datagram} */
    public static FrameBuilder udp() {
        return new FrameBuilder(Ipv4Header.UDP);
    }

    /**
     * {@return an ICMP echo request}
     *
     * @param identifier 16 bits
     * @param sequence   16 bits
     */
    public static FrameBuilder echoRequest(int identifier, int sequence) {
        return icmp(IcmpHeader.ECHO_REQUEST, 0, identifier << 16 | sequence & 0xffff);
    }

    /**
     * {@return an ICMP message whose body is the payload}
     *
     * @param type 8 bits
     * @param code 8 bits
     * @param rest the second word of the header
     */
    public static FrameBuilder icmp(int type, int code, int rest) {
        FrameBuilder builder = new FrameBuilder(Ipv4Header.ICMP);
        builder.icmpType = type;
        builder.icmpCode = code;
        builder.icmpRest = rest;
        return builder;
    }

    /**
     * Makes an ICMP destination-unreachable message about a frame, as a router or the frame's addressee sends it: it
     * goes to the frame's sender and cites its IP header and the 8 bytes behind it (RFC 792).
     *
     * @param code     {@link IcmpHeader#PORT_UNREACHABLE} …
     * @param mtuBytes next-hop MTU for {@link IcmpHeader#FRAGMENTATION_NEEDED}, else 0
     * @param about    the frame
     * @return the message
     */
    public static FrameBuilder unreachable(int code, int mtuBytes, byte[] about) {
        ParsedFrame frame = ParsedFrame.of(about);
        int cited = Math.min(about.length - EthernetHeader.LENGTH, frame.ip().headerLength() + 8);
        return icmp(IcmpHeader.DESTINATION_UNREACHABLE, code, mtuBytes & 0xffff)
            .from(frame.destination()).to(frame.source())
            .payload(Arrays.copyOfRange(about, EthernetHeader.LENGTH, EthernetHeader.LENGTH + cited));
    }

    /**
     * {@return an ARP request, broadcast}
     *
     * @param asker  who asks
     * @param wanted the address asked for
     */
    public static byte[] arpRequest(Endpoint asker, int wanted) {
        return arp(ArpPacket.REQUEST, asker, new Endpoint(0, wanted, 0), 0xffff_ffff_ffffL);
    }

    /**
     * {@return an ARP reply}
     *
     * @param owner who answers
     * @param asker to whom
     */
    public static byte[] arpReply(Endpoint owner, Endpoint asker) {
        return arp(ArpPacket.REPLY, owner, asker, asker.mac());
    }

    private static byte[] arp(int operation, Endpoint sender, Endpoint target, long destinationMac) {
        MemorySegment frame = MemorySegment.ofArray(new byte[EthernetHeader.LENGTH + ArpPacket.LENGTH]);
        new EthernetHeader().wrap(frame, 0).destination(destinationMac).source(sender.mac())
            .etherType(EthernetHeader.ARP);
        new ArpPacket().wrap(frame, EthernetHeader.LENGTH).initialize(operation)
            .sender(sender.mac(), sender.address()).target(target.mac(), target.address());
        return (byte[]) frame.heapBase().orElseThrow();
    }

    /**
     * Sets the sender; 10.0.0.1:1000 unless told.
     *
     * @param endpoint MAC address, IPv4 address and port
     * @return this
     */
    public FrameBuilder from(Endpoint endpoint) {
        source = endpoint;
        return this;
    }

    /**
     * Sets the addressee; 10.0.0.2:2000 unless told.
     *
     * @param endpoint MAC address, IPv4 address and port
     * @return this
     */
    public FrameBuilder to(Endpoint endpoint) {
        destination = endpoint;
        return this;
    }

    /**
     * Sets the time to live; 64 unless told.
     *
     * @param hops 8 bits
     * @return this
     */
    public FrameBuilder ttl(int hops) {
        ttl = hops;
        return this;
    }

    /**
     * Sets the ECN codepoint; Not-ECT unless told.
     *
     * @param codepoint {@link Ipv4Header#ECN_CE} …
     * @return this
     */
    public FrameBuilder ecn(int codepoint) {
        ecn = codepoint;
        return this;
    }

    /**
     * Sets the IP identification; 0 unless told.
     *
     * @param value 16 bits
     * @return this
     */
    public FrameBuilder identification(int value) {
        identification = value;
        return this;
    }

    /**
     * Sets the TCP sequence number.
     *
     * @param value 32 bits
     * @return this
     */
    public FrameBuilder seq(int value) {
        sequence = value;
        return this;
    }

    /**
     * Sets the TCP acknowledgment number; its flag is set by {@link #flags}.
     *
     * @param value 32 bits
     * @return this
     */
    public FrameBuilder ack(int value) {
        acknowledgment = value;
        return this;
    }

    /**
     * Sets the TCP flags.
     *
     * @param value or-ed flags of {@link TcpHeader}
     * @return this
     */
    public FrameBuilder flags(int value) {
        flags = value;
        return this;
    }

    /**
     * Sets the TCP window field.
     *
     * @param value 16 bits, scaled already
     * @return this
     */
    public FrameBuilder window(int value) {
        window = value;
        return this;
    }

    /**
     * Adds the TCP option maximum segment size.
     *
     * @param bytes 16 bits
     * @return this
     */
    public FrameBuilder mss(int bytes) {
        TcpOptions.writeMss(grow(TcpOptions.MSS_LENGTH), options.length - TcpOptions.MSS_LENGTH, bytes);
        return this;
    }

    /**
     * Adds the TCP option window scale.
     *
     * @param shift shift count
     * @return this
     */
    public FrameBuilder windowScale(int shift) {
        int length = TcpOptions.WINDOW_SCALE_LENGTH;
        TcpOptions.writeWindowScale(grow(length), options.length - length, shift);
        return this;
    }

    /**
     * Adds the TCP option SACK permitted.
     *
     * @return this
     */
    public FrameBuilder sackPermitted() {
        int length = TcpOptions.SACK_PERMITTED_LENGTH;
        TcpOptions.writeSackPermitted(grow(length), options.length - length);
        return this;
    }

    /**
     * Adds the TCP option timestamps.
     *
     * @param value the sender's
     * @param echo  the one echoed
     * @return this
     */
    public FrameBuilder timestamps(int value, int echo) {
        int length = TcpOptions.TIMESTAMPS_LENGTH;
        TcpOptions.writeTimestamps(grow(length), options.length - length, value, echo);
        return this;
    }

    /**
     * Adds bytes to the TCP options, well-formed or not; the header is padded with zeros to a multiple of 4.
     *
     * @param bytes at most 40 together with the other options
     * @return this
     */
    public FrameBuilder rawOptions(int... bytes) {
        grow(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            options[options.length - bytes.length + i] = (byte) bytes[i];
        }
        return this;
    }

    private MemorySegment grow(int bytes) {
        options = Arrays.copyOf(options, options.length + bytes);
        return MemorySegment.ofArray(options);
    }

    /**
     * Sets the payload.
     *
     * @param bytes the bytes, not copied
     * @return this
     */
    public FrameBuilder payload(byte[] bytes) {
        payload = bytes;
        return this;
    }

    /**
     * Sets the payload.
     *
     * @param text sent as UTF-8
     * @return this
     */
    public FrameBuilder payload(String text) {
        return payload(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes the transport checksum wrong.
     *
     * @return this
     */
    public FrameBuilder badChecksum() {
        badChecksum = true;
        return this;
    }

    /** {@return an independent builder of the same frame} */
    public FrameBuilder copy() {
        try {
            FrameBuilder copy = (FrameBuilder) clone();
            copy.options = options.clone();
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("is Cloneable", e);
        }
    }

    /** {@return the frame} */
    public byte[] build() {
        int ipAt = EthernetHeader.LENGTH;
        int l4At = ipAt + Ipv4Header.MIN_LENGTH;
        int l4Header = l4HeaderLength();
        byte[] bytes = new byte[l4At + l4Header + payload.length];
        System.arraycopy(payload, 0, bytes, l4At + l4Header, payload.length);
        MemorySegment frame = MemorySegment.ofArray(bytes);
        new EthernetHeader().wrap(frame, 0).destination(destination.mac()).source(source.mac())
            .etherType(EthernetHeader.IPV4);
        new Ipv4Header().wrap(frame, ipAt).initialize().ecn(ecn).totalLength(bytes.length - ipAt)
            .identification(identification).fragment(Ipv4Header.DONT_FRAGMENT, 0).ttl(ttl).protocol(protocol)
            .source(source.address()).destination(destination.address()).writeChecksum();
        writeTransport(frame, l4At, l4Header + payload.length);
        if (badChecksum) {
            bytes[l4At + checksumOffset()] ^= 0x55;
        }
        return bytes;
    }

    /** {@return the frame, in a heap segment of its own} */
    public MemorySegment segment() {
        return MemorySegment.ofArray(build());
    }

    private int l4HeaderLength() {
        return switch (protocol) {
            case Ipv4Header.TCP -> TcpHeader.MIN_LENGTH + (options.length + 3 & -4);
            case Ipv4Header.UDP -> UdpHeader.LENGTH;
            default -> IcmpHeader.LENGTH;
        };
    }

    private int checksumOffset() {
        return switch (protocol) {
            case Ipv4Header.TCP -> TcpHeader.CHECKSUM;
            case Ipv4Header.UDP -> UdpHeader.CHECKSUM;
            default -> IcmpHeader.CHECKSUM;
        };
    }

    private void writeTransport(MemorySegment frame, int at, int l4Length) {
        switch (protocol) {
            case Ipv4Header.TCP -> {
                MemorySegment.copy(MemorySegment.ofArray(options), 0, frame, at + TcpHeader.OPTIONS, options.length);
                new TcpHeader().wrap(frame, at).ports(source.port(), destination.port()).sequence(sequence)
                    .acknowledgment(acknowledgment).dataOffset(l4HeaderLength()).flags(flags).window(window)
                    .writeChecksum(source.address(), destination.address(), l4Length);
            }
            case Ipv4Header.UDP -> new UdpHeader().wrap(frame, at).ports(source.port(), destination.port())
                .length(l4Length).writeChecksum(source.address(), destination.address());
            default -> new IcmpHeader().wrap(frame, at).type(icmpType).code(icmpCode)
                .echo(icmpRest >>> 16, icmpRest & 0xffff).writeChecksum(l4Length);
        }
    }
}
