package org.millrace.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.MacAddress;
import org.millrace.wire.TcpOptions;

/**
 * Assertions about whole frames, composed of small checks after gVisor's {@code checker}:
 *
 * <pre>{@code
 * assertSegment(frame, from(server), seq(5), ack(7), flags(SYN | ACK), mss(1460), noPayload(), validChecksums());
 * }</pre>
 *
 * Every check is made before the assertion fails; its message lists all that is wrong, the frame in words and its bytes.
 */
public final class SegmentAssert {
    private SegmentAssert() {
    }

    /**
     * Asserts that a frame is as expected.
     *
     * @param frame  its bytes
     * @param checks what is expected
     * @throws AssertionError listing every check that failed
     */
    public static void assertSegment(byte[] frame, FrameCheck... checks) {
        ParsedFrame parsed = ParsedFrame.of(frame);
        List<String> faults = new ArrayList<>();
        if (!parsed.fault().isEmpty()) {
            faults.add(parsed.fault());
        }
        for (FrameCheck check : checks) {
            String fault = check.fault(parsed);
            if (fault != null) {
                faults.add(fault);
            }
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("the frame is not as expected:\n  " + String.join("\n  ", faults)
                + "\nframe: " + FrameText.describe(parsed) + "\n" + FrameText.hex(frame));
        }
    }

    /**
     * Asserts that a frame is as expected.
     *
     * @param frame  exactly the frame
     * @param checks what is expected
     * @throws AssertionError listing every check that failed
     */
    public static void assertSegment(MemorySegment frame, FrameCheck... checks) {
        assertSegment(frame.toArray(ValueLayout.JAVA_BYTE), checks);
    }

    private static <T> FrameCheck equal(String what, T expected, Function<ParsedFrame, T> reader,
                                        Function<? super T, String> text) {
        return frame -> {
            T actual = reader.apply(frame);
            if (Objects.equals(expected, actual)) {
                return null;
            }
            return what + ": expected " + text.apply(expected) + ", was "
                + (actual == null ? "absent" : text.apply(actual));
        };
    }

    private static FrameCheck number(String what, int expected, Function<ParsedFrame, Integer> reader) {
        return equal(what, expected, reader, Integer::toUnsignedString);
    }

    private static FrameCheck tcpNumber(String what, int expected, Function<ParsedFrame, Integer> reader) {
        return number(what, expected, f -> f.tcp() == null ? null : reader.apply(f));
    }

    private static FrameCheck option(String what, Integer expected, Function<TcpOptions, Integer> reader) {
        return equal(what, expected, f -> f.options() == null ? null : reader.apply(f.options()),
            v -> v == null || v == -1 ? "absent" : v.toString());
    }

    /**
     * {@return a check of sender's MAC address, IPv4 address and port}
     *
     * @param expected the sender
     */
    public static FrameCheck from(Endpoint expected) {
        return equal("from", expected, ParsedFrame::source, SegmentAssert::endpoint);
    }

    /**
     * {@return a check of addressee's MAC address, IPv4 address and port}
     *
     * @param expected the addressee
     */
    public static FrameCheck to(Endpoint expected) {
        return equal("to", expected, ParsedFrame::destination, SegmentAssert::endpoint);
    }

    private static String endpoint(Endpoint endpoint) {
        return new MacAddress(endpoint.mac()) + " " + endpoint;
    }

    /**
     * {@return a check of the TCP sequence number}
     *
     * @param expected 32 bits
     */
    public static FrameCheck seq(int expected) {
        return tcpNumber("seq", expected, f -> f.tcp().sequence());
    }

    /**
     * {@return a check of the TCP acknowledgment number, not of its flag}
     *
     * @param expected 32 bits
     */
    public static FrameCheck ack(int expected) {
        return tcpNumber("ack", expected, f -> f.tcp().acknowledgment());
    }

    /**
     * {@return a check that exactly these TCP flags are set}
     *
     * @param expected or-ed flags of {@link org.millrace.wire.TcpHeader}
     */
    public static FrameCheck flags(int expected) {
        return equal("flags", expected, f -> f.tcp() == null ? null : f.tcp().flags(), FrameText::flags);
    }

    /**
     * {@return a check that at least these TCP flags are set}
     *
     * @param expected or-ed flags
     */
    public static FrameCheck hasFlags(int expected) {
        return equal("flags at least", expected, f -> f.tcp() == null ? null : f.tcp().flags() & expected,
            FrameText::flags);
    }

    /**
     * {@return a check that none of these TCP flags is set}
     *
     * @param unwanted or-ed flags
     */
    public static FrameCheck lacksFlags(int unwanted) {
        return equal("flags without " + FrameText.flags(unwanted), 0,
            f -> f.tcp() == null ? null : f.tcp().flags() & unwanted, FrameText::flags);
    }

    /**
     * {@return a check of the TCP window field}
     *
     * @param expected 16 bits, as on the wire
     */
    public static FrameCheck window(int expected) {
        return tcpNumber("window", expected, f -> f.tcp().window());
    }

    /**
     * {@return a check of the TCP option maximum segment size}
     *
     * @param expected bytes
     */
    public static FrameCheck mss(int expected) {
        return option("mss", expected, TcpOptions::mss);
    }

    /** {@return a check that there is no maximum segment size} */
    public static FrameCheck noMss() {
        return option("mss", -1, TcpOptions::mss);
    }

    /**
     * {@return a check of the TCP option window scale}
     *
     * @param expected shift count
     */
    public static FrameCheck windowScale(int expected) {
        return option("window scale", expected, TcpOptions::windowScale);
    }

    /** {@return a check that there is no window scale} */
    public static FrameCheck noWindowScale() {
        return option("window scale", -1, TcpOptions::windowScale);
    }

    /**
     * {@return a check whether SACK is permitted}
     *
     * @param expected whether the option is to be there
     */
    public static FrameCheck sackPermitted(boolean expected) {
        return equal("SACK permitted", expected, f -> f.options() == null ? null : f.options().sackPermitted(),
            String::valueOf);
    }

    /**
     * {@return a check of the TCP option timestamps}
     *
     * @param value TSval
     * @param echo  TSecr
     */
    public static FrameCheck timestamps(int value, int echo) {
        return equal("timestamps", value + " ecr " + echo, SegmentAssert::timestampText, t -> t);
    }

    /** {@return a check that there are no timestamps} */
    public static FrameCheck noTimestamps() {
        return f -> timestampText(f) == null ? null : "timestamps: expected none, was " + timestampText(f);
    }

    private static String timestampText(ParsedFrame frame) {
        TcpOptions options = frame.options();
        return options == null || !options.hasTimestamps() ? null : options.tsValue() + " ecr " + options.tsEcho();
    }

    /**
     * {@return a check of the ECN codepoint}
     *
     * @param expected {@link Ipv4Header#ECN_CE} …
     */
    public static FrameCheck ecn(int expected) {
        return number("ecn", expected, f -> f.ip() == null ? null : f.ip().ecn());
    }

    /**
     * {@return a check of the time to live}
     *
     * @param expected hops
     */
    public static FrameCheck ttl(int expected) {
        return number("ttl", expected, f -> f.ip() == null ? null : f.ip().ttl());
    }

    /**
     * {@return a check of the payload}
     *
     * @param expected its bytes
     */
    public static FrameCheck payload(byte[] expected) {
        return frame -> {
            int at = Arrays.mismatch(expected, frame.payload());
            return at < 0 ? null : "payload: expected " + expected.length + " bytes, was " + frame.payload().length
                + ", first difference at " + at;
        };
    }

    /**
     * {@return a check of the payload}
     *
     * @param expected as UTF-8
     */
    public static FrameCheck payload(String expected) {
        return equal("payload", expected, f -> new String(f.payload(), StandardCharsets.UTF_8), t -> '"' + t + '"');
    }

    /**
     * {@return a check of the payload's length}
     *
     * @param expected bytes
     */
    public static FrameCheck payloadLength(int expected) {
        return number("payload length", expected, f -> f.payload().length);
    }

    /** {@return a check that there is no payload} */
    public static FrameCheck noPayload() {
        return payloadLength(0);
    }

    /** {@return a check that the IPv4 checksum, and that of TCP, UDP or ICMP, are right} */
    public static FrameCheck validChecksums() {
        return frame -> {
            if (!frame.ipChecksumValid()) {
                return "IPv4 checksum: wrong or absent";
            }
            return frame.transportChecksumValid() ? null : "transport checksum: wrong or absent";
        };
    }

    /** {@return a check that the frame is a TCP segment} */
    public static FrameCheck isTcp() {
        return f -> f.tcp() != null ? null : "expected TCP";
    }

    /** {@return a check that the frame is a UDP datagram} */
    public static FrameCheck isUdp() {
        return f -> f.udp() != null ? null : "expected UDP";
    }

    /**
     * {@return a check that the frame is an ICMP message of a kind}
     *
     * @param type 8 bits
     * @param code 8 bits
     */
    public static FrameCheck isIcmp(int type, int code) {
        return equal("ICMP type/code", type + "/" + code,
            f -> f.icmp() == null ? null : f.icmp().type() + "/" + f.icmp().code(), t -> t);
    }

    /**
     * {@return a check that the frame asks for the MAC address of an IPv4 address}
     *
     * @param address the address asked for
     */
    public static FrameCheck isArpRequest(int address) {
        return arp("ARP request for", ArpPacket.REQUEST, address, ArpPacket::targetIp);
    }

    /**
     * {@return a check that the frame tells the MAC address of an IPv4 address}
     *
     * @param address the address told of
     */
    public static FrameCheck isArpReply(int address) {
        return arp("ARP reply of", ArpPacket.REPLY, address, ArpPacket::senderIp);
    }

    private static FrameCheck arp(String what, int operation, int address, Function<ArpPacket, Integer> reader) {
        return equal(what, address,
            f -> f.arp() == null || f.arp().operation() != operation ? null : reader.apply(f.arp()),
            a -> new Ipv4Address(a).toString());
    }
}
