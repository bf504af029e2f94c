package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;
import org.millrace.wire.UdpHeader;

/**
 * A frame taken apart as far as its headers are sound; answers for any bytes. A header that is absent or unsound is
 * null, and {@link #fault()} says which one is unsound.
 */
public final class ParsedFrame {
    private final byte[] bytes;
    private final MemorySegment segment;
    private EthernetHeader ethernet;
    private ArpPacket arp;
    private Ipv4Header ip;
    private TcpHeader tcp;
    private TcpOptions options;
    private UdpHeader udp;
    private IcmpHeader icmp;
    private byte[] payload = {};
    private String fault = "";

    private ParsedFrame(byte[] bytes) {
        this.bytes = bytes;
        segment = MemorySegment.ofArray(bytes);
        if (bytes.length < EthernetHeader.LENGTH) {
            fault = "Ethernet header " + HeaderFault.TRUNCATED;
            return;
        }
        ethernet = new EthernetHeader().wrap(segment, 0);
        switch (ethernet.etherType()) {
            case EthernetHeader.IPV4 -> parseIp(new Ipv4Header().wrap(segment, EthernetHeader.LENGTH));
            case EthernetHeader.ARP -> parseArp(new ArpPacket().wrap(segment, EthernetHeader.LENGTH));
            default -> payload = Arrays.copyOfRange(bytes, EthernetHeader.LENGTH, bytes.length);
        }
    }

    /**
     * {@return the frame taken apart}
     *
     * @param frame its bytes, not copied
     */
    public static ParsedFrame of(byte[] frame) {
        return new ParsedFrame(frame);
    }

    private boolean sound(String header, HeaderFault found) {
        if (found != HeaderFault.NONE) {
            fault = header + " header " + found;
        }
        return found == HeaderFault.NONE;
    }

    private void parseArp(ArpPacket packet) {
        if (sound("ARP", packet.check(bytes.length - packet.offset()))) {
            arp = packet;
        }
    }

    private void parseIp(Ipv4Header header) {
        if (!sound("IPv4", header.checkLengths(bytes.length - header.offset()))) {
            return;
        }
        ip = header;
        int at = (int) header.offset() + header.headerLength();
        if (header.fragmentOffset() != 0) {
            payload(at);
            return;
        }
        switch (header.protocol()) {
            case Ipv4Header.TCP -> parseTcp(new TcpHeader().wrap(segment, at));
            case Ipv4Header.UDP -> parseUdp(new UdpHeader().wrap(segment, at));
            case Ipv4Header.ICMP -> parseIcmp(new IcmpHeader().wrap(segment, at));
            default -> payload(at);
        }
    }

    private void parseTcp(TcpHeader header) {
        if (!sound("TCP", header.check(transportLength()))) {
            return;
        }
        tcp = header;
        options = new TcpOptions();
        if (!options.decode(segment, header.offset() + TcpHeader.OPTIONS, header.dataOffset() - TcpHeader.MIN_LENGTH)) {
            fault = "TCP options malformed";
        }
        payload((int) header.offset() + header.dataOffset());
    }

    private void parseUdp(UdpHeader header) {
        if (sound("UDP", header.check(transportLength()))) {
            udp = header;
            payload((int) header.offset() + UdpHeader.LENGTH);
        }
    }

    private void parseIcmp(IcmpHeader header) {
        HeaderFault found = header.check(transportLength());
        if (sound("ICMP", found == HeaderFault.CHECKSUM ? HeaderFault.NONE : found)) {
            icmp = header;
            payload((int) header.offset() + IcmpHeader.LENGTH);
        }
    }

    private void payload(int from) {
        payload = Arrays.copyOfRange(bytes, from, EthernetHeader.LENGTH + ip.totalLength());
    }

    /** {@return the frame's bytes} */
    public byte[] bytes() {
        return bytes;
    }

    /** {@return which header is unsound and how, or empty} */
    public String fault() {
        return fault;
    }

    /** {@return the Ethernet header, or null} */
    public EthernetHeader ethernet() {
        return ethernet;
    }

    /** {@return the ARP packet, or null} */
    public ArpPacket arp() {
        return arp;
    }

    /** {@return the IPv4 header, or null} */
    public Ipv4Header ip() {
        return ip;
    }

    /** {@return the TCP header, or null} */
    public TcpHeader tcp() {
        return tcp;
    }

    /** {@return the TCP options, or null without {@link #tcp()}} */
    public TcpOptions options() {
        return options;
    }

    /** {@return the UDP header, or null} */
    public UdpHeader udp() {
        return udp;
    }

    /** {@return the ICMP header, or null} */
    public IcmpHeader icmp() {
        return icmp;
    }

    /** {@return what follows the innermost sound header, link padding excluded} */
    public byte[] payload() {
        return payload;
    }

    /** {@return bytes behind the IPv4 header; 0 without one} */
    public int transportLength() {
        return ip == null ? 0 : ip.totalLength() - ip.headerLength();
    }

    /** {@return sender's MAC address, IPv4 address and port; what is absent is 0} */
    public Endpoint source() {
        int port = tcp != null ? tcp.sourcePort() : udp != null ? udp.sourcePort() : 0;
        return new Endpoint(ethernet == null ? 0 : ethernet.source(), ip == null ? 0 : ip.source(), port);
    }

    /** {@return addressee's MAC address, IPv4 address and port; what is absent is 0} */
    public Endpoint destination() {
        int port = tcp != null ? tcp.destinationPort() : udp != null ? udp.destinationPort() : 0;
        return new Endpoint(ethernet == null ? 0 : ethernet.destination(), ip == null ? 0 : ip.destination(), port);
    }

    /** {@return whether the IPv4 checksum is right; false without an IPv4 header} */
    public boolean ipChecksumValid() {
        return ip != null && ip.checksumValid();
    }

    /** {@return whether the checksum of TCP, UDP or ICMP is right; false if there is none of them} */
    public boolean transportChecksumValid() {
        if (tcp != null) {
            return tcp.checksumValid(ip.source(), ip.destination(), transportLength());
        }
        if (udp != null) {
            return udp.checksumValid(ip.source(), ip.destination());
        }
        return icmp != null && icmp.check(transportLength()) == HeaderFault.NONE;
    }
}
