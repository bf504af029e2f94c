package org.millrace.runtime.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.VlanTag;

/**
 * Which frames are captured: those for which every term holds. A term is {@code host ADDRESS} or {@code port NUMBER},
 * either source or destination, or a protocol: {@code tcp}, {@code udp}, {@code icmp}, {@code ip}, {@code arp}. It reads
 * headers only, untagged or with a priority tag. Any thread.
 */
public final class CaptureFilter {
    /** Every frame. */
    public static final CaptureFilter ALL = new CaptureFilter(List.of(), List.of(), List.of());

    private static final String TERMS =
        "host ADDRESS, port NUMBER, tcp, udp, icmp, ip and arp, joined by and: host 10.0.0.1 and tcp and port 80";
    private static final int ARP = 0x0806;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int[] hosts;
    private final int[] ports;
    private final List<String> protocols;

    private CaptureFilter(List<Integer> hosts, List<Integer> ports, List<String> protocols) {
        this.hosts = hosts.stream().mapToInt(Integer::intValue).toArray();
        this.ports = ports.stream().mapToInt(Integer::intValue).toArray();
        this.protocols = List.copyOf(protocols);
    }

    /**
     * Reads a filter.
     *
     * @param text terms joined by {@code and}; blank: every frame
     * @return the filter
     * @throws IllegalArgumentException if a term is none; the message says what is allowed
     */
    public static CaptureFilter parse(String text) {
        if (text.isBlank()) {
            return ALL;
        }
        List<Integer> hosts = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        List<String> protocols = new ArrayList<>();
        for (String term : text.strip().split("\\s+and\\s+")) {
            String[] words = term.strip().split("\\s+");
            try {
                switch (words[0] + " " + words.length) {
                    case "host 2" -> hosts.add(Ipv4Address.parse(words[1]).bits());
                    case "port 2" -> ports.add(port(words[1]));
                    case "tcp 1", "udp 1", "icmp 1", "ip 1", "arp 1" -> protocols.add(words[0]);
                    default -> throw new IllegalArgumentException(term);
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + term + "' is no capture term, allowed are " + TERMS, e);
            }
        }
        return new CaptureFilter(hosts, ports, protocols);
    }

    private static int port(String word) {
        int port = Integer.parseInt(word);
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(word);
        }
        return port;
    }

    /**
     * {@return whether every term holds for a frame}
     *
     * @param frame  memory that holds its headers
     * @param offset where it begins, absolute
     * @param length bytes of it that may be read
     */
    public boolean matches(MemorySegment frame, long offset, int length) {
        if (hosts.length == 0 && ports.length == 0 && protocols.isEmpty()) {
            return true;
        }
        int type = length < EthernetHeader.LENGTH ? 0 : frame.get(U16, offset + 12) & 0xffff;
        int link = EthernetHeader.LENGTH;
        if (type == EthernetHeader.VLAN && length >= link + VlanTag.LENGTH) {
            type = frame.get(U16, offset + link + 2) & 0xffff;
            link += VlanTag.LENGTH;
        }
        return type == EthernetHeader.IPV4 && length >= link + Ipv4Header.MIN_LENGTH
            ? matchesIp(frame, offset + link, length - link)
            : type == ARP && ports.length == 0 && areAll("arp") && matchesArp(frame, offset + link, length - link);
    }

    private boolean matchesIp(MemorySegment memory, long ip, int length) {
        int headerBytes = (memory.get(ValueLayout.JAVA_BYTE, ip) & 0xf) * 4;
        String protocol = switch (memory.get(ValueLayout.JAVA_BYTE, ip + 9)) { // RFC 791 §3.1
            case Ipv4Header.TCP -> "tcp";
            case Ipv4Header.UDP -> "udp";
            case Ipv4Header.ICMP -> "icmp";
            default -> "ip";
        };
        for (String wanted : protocols) {
            if (!wanted.equals("ip") && !wanted.equals(protocol)) {
                return false;
            }
        }
        if (!matchesHosts(memory.get(I32, ip + 12), memory.get(I32, ip + 16))) {
            return false;
        }
        if (ports.length == 0) {
            return true;
        }
        boolean first = (memory.get(U16, ip + 6) & FRAGMENT_OFFSET) == 0;
        boolean hasPorts = protocol.equals("tcp") || protocol.equals("udp");
        return first && hasPorts && length >= headerBytes + 4
            && matchesPorts(memory.get(U16, ip + headerBytes) & 0xffff, memory.get(U16, ip + headerBytes + 2) & 0xffff);
    }

    private boolean matchesArp(MemorySegment memory, long arp, int length) {
        // RFC 826 for Ethernet and IPv4: sender's address at 14, target's at 24
        return hosts.length == 0 || length >= 28 && matchesHosts(memory.get(I32, arp + 14), memory.get(I32, arp + 24));
    }

    private boolean areAll(String protocol) {
        return protocols.stream().allMatch(protocol::equals);
    }

    private boolean matchesHosts(int source, int destination) {
        for (int host : hosts) {
            if (host != source && host != destination) {
                return false;
            }
        }
        return true;
    }

    private boolean matchesPorts(int source, int destination) {
        for (int port : ports) {
            if (port != source && port != destination) {
                return false;
            }
        }
        return true;
    }
}
