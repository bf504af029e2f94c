package org.millrace.testkit;

import java.util.Arrays;
import java.util.HexFormat;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.MacAddress;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;

/** Frames in words, for messages and traces: one line a frame, in tcpdump's manner. Answers for any bytes. */
public final class FrameText {
    private static final String FLAG_LETTERS = "FSRP.UEW";
    private static final String[] ECN = {"", " ect1", " ect0", " ce"};

    private FrameText() {
    }

    /**
     * {@return a frame in one line}
     *
     * @param frame its bytes
     */
    public static String describe(byte[] frame) {
        return describe(ParsedFrame.of(frame));
    }

    /**
     * {@return a frame in one line}
     *
     * @param frame the frame taken apart
     */
    public static String describe(ParsedFrame frame) {
        StringBuilder text = new StringBuilder();
        if (frame.arp() != null) {
            arp(frame.arp(), text);
        } else if (frame.ip() != null) {
            ip(frame, text);
        } else if (frame.ethernet() != null) {
            text.append(String.format("%s > %s type 0x%04x, length %d", new MacAddress(frame.ethernet().source()),
                new MacAddress(frame.ethernet().destination()), frame.ethernet().etherType(), frame.bytes().length));
        }
        if (!frame.fault().isEmpty()) {
            text.append(" [").append(frame.fault()).append(", frame of ").append(frame.bytes().length).append(" bytes]");
        }
        return text.toString().strip();
    }

    /**
     * {@return TCP flags as letters: {@code S}, {@code S.}, {@code FP.}; {@code none} if there are none}
     *
     * @param flags 8 bits
     */
    public static String flags(int flags) {
        StringBuilder text = new StringBuilder();
        for (int letter : new int[] {1, 0, 2, 3, 5, 6, 7, 4}) {
            if ((flags >>> letter & 1) != 0) {
                text.append(FLAG_LETTERS.charAt(letter));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }

    /**
     * {@return a hexadecimal dump, 16 bytes a line, cut after 256 bytes}
     *
     * @param bytes what to dump
     */
    public static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int shown = Math.min(bytes.length, 256);
        for (int i = 0; i < shown; i += 16) {
            String line = HexFormat.ofDelimiter(" ").formatHex(Arrays.copyOfRange(bytes, i, Math.min(shown, i + 16)));
            text.append(String.format("  %04x  %s%n", i, line));
        }
        return shown == bytes.length ? text.toString() : text + "  … " + (bytes.length - shown) + " more bytes\n";
    }

    private static void arp(ArpPacket arp, StringBuilder text) {
        Ipv4Address sender = new Ipv4Address(arp.senderIp());
        if (arp.operation() == ArpPacket.REQUEST) {
            text.append("ARP who-has ").append(new Ipv4Address(arp.targetIp())).append(" tell ").append(sender);
        } else {
            text.append("ARP ").append(sender).append(" is-at ").append(new MacAddress(arp.senderMac()));
        }
    }

    private static void ip(ParsedFrame frame, StringBuilder text) {
        Ipv4Header ip = frame.ip();
        boolean ports = frame.tcp() != null || frame.udp() != null;
        text.append("IP ").append(ports ? frame.source() : new Ipv4Address(ip.source())).append(" > ")
            .append(ports ? frame.destination() : new Ipv4Address(ip.destination())).append(ECN[ip.ecn()]).append(": ");
        if (frame.tcp() != null) {
            tcp(frame, text);
        } else if (frame.udp() != null) {
            text.append("UDP, length ").append(frame.payload().length);
        } else if (frame.icmp() != null) {
            text.append("ICMP type ").append(frame.icmp().type()).append(" code ").append(frame.icmp().code())
                .append(" id ").append(frame.icmp().identifier()).append(" seq ").append(frame.icmp().sequence())
                .append(", length ").append(frame.transportLength());
        } else {
            text.append("protocol ").append(ip.protocol()).append(", length ").append(frame.transportLength());
        }
        if (!frame.ipChecksumValid()) {
            text.append(" (bad IP checksum)");
        }
        boolean transport = ports || frame.icmp() != null;
        if (transport && !frame.transportChecksumValid()) {
            text.append(" (bad transport checksum)");
        }
    }

    private static void tcp(ParsedFrame frame, StringBuilder text) {
        TcpHeader tcp = frame.tcp();
        int length = frame.payload().length;
        text.append("Flags [").append(flags(tcp.flags())).append("], seq ")
            .append(Integer.toUnsignedString(tcp.sequence()));
        if (length > 0) {
            text.append(':').append(Integer.toUnsignedString(tcp.sequence() + length));
        }
        if (tcp.has(TcpHeader.ACK)) {
            text.append(", ack ").append(Integer.toUnsignedString(tcp.acknowledgment()));
        }
        text.append(", win ").append(tcp.window());
        options(frame.options(), text);
        text.append(", length ").append(length);
    }

    private static void options(TcpOptions options, StringBuilder text) {
        if (options.mss() >= 0) {
            text.append(", mss ").append(options.mss());
        }
        if (options.windowScale() >= 0) {
            text.append(", wscale ").append(options.windowScale());
        }
        if (options.sackPermitted()) {
            text.append(", sackOK");
        }
        if (options.hasTimestamps()) {
            text.append(", TS val ").append(Integer.toUnsignedString(options.tsValue())).append(" ecr ")
                .append(Integer.toUnsignedString(options.tsEcho()));
        }
    }
}
