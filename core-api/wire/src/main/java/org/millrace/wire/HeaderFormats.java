package org.millrace.wire;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.HeaderFormat.Field;
import org.millrace.api.pipeline.HeaderFormat.Option;

/** Headers, declared. The flyweights of this package are tested against them, field by field and bit by bit. */
public final class HeaderFormats {
    /** IPv4 (RFC 791 §3.1; DSCP and ECN: RFC 2474, RFC 3168), no option known. */
    public static final HeaderFormat IPV4 = new HeaderFormat("ipv4", Ipv4Header.MIN_LENGTH, fields("version 4",
        "headerLength 4", "dscp 6", "ecn 2", "totalLength 16", "identification 16", "flags 3", "fragmentOffset 13", "ttl 8",
        "protocol 8", "checksum 16", "source 32", "destination 32"), "headerLength", List.of());

    /** UDP (RFC 768). */
    public static final HeaderFormat UDP = new HeaderFormat("udp", UdpHeader.LENGTH, fields("sourcePort 16",
        "destinationPort 16", "length 16", "checksum 16"), "", List.of());

    /** TCP (RFC 9293 §3.1; options: §3.2, RFC 7323, RFC 2018). A SACK option may have more blocks, 8 bytes each. */
    public static final HeaderFormat TCP = new HeaderFormat("tcp", TcpHeader.MIN_LENGTH, fields("sourcePort 16",
        "destinationPort 16", "sequence 32", "acknowledgment 32", "dataOffset 4", "reserved 4", "flags 8", "window 16",
        "checksum 16", "urgentPointer 16"), "dataOffset", List.of(
            new Option("end", 0, 1, List.of()),
            new Option("nop", 1, 1, List.of()),
            option("mss", 2, "mss 16"),
            option("windowScale", 3, "shift 8"),
            option("sackPermitted", 4),
            option("sack", 5, "start 32", "end 32"),
            option("timestamps", 8, "value 32", "echo 32")));

    private HeaderFormats() {
    }

    private static Option option(String name, int kind, String... fields) {
        List<Field> placed = fields(16, fields);
        int bits = placed.isEmpty() ? 16 : placed.getLast().bit() + placed.getLast().bits();
        return new Option(name, kind, bits / 8, placed);
    }

    private static List<Field> fields(String... fields) {
        return fields(0, fields);
    }

    /** Names and widths, one behind the other. */
    private static List<Field> fields(int firstBit, String... fields) {
        List<Field> placed = new ArrayList<>();
        int bit = firstBit;
        for (String field : fields) {
            String[] words = field.split(" ");
            int bits = Integer.parseInt(words[1]);
            placed.add(new Field(words[0], bit, bits));
            bit += bits;
        }
        return List.copyOf(placed);
    }
}
