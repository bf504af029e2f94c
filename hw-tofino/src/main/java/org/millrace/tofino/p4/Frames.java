package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Workflow;
import org.millrace.wire.HeaderFormats;

/** Headers, and their parser and deparser, of the transport's declared format. */
final class Frames {
    static final String ETHERTYPE_HOST = "0x88b5"; // IEEE 802 local experimental 1
    private static final int NOP_BITS = 8;
    private static final int WORD_BYTES = 4;

    private final HeaderFormat transport;
    private final int protocol;
    private final Map<String, String> carried;
    private final Map<String, Integer> widths;
    private final Map<Workflow, List<String>> fromHost;
    private final Pipe pipe;

    /**
     * What frames look like.
     *
     * @param carried  header fields, as {@link org.millrace.api.pipeline.HeaderCodec#carried}
     * @param widths   of the metadata's fields
     * @param fromHost fields that an item of the host brings, by workflow
     */
    Frames(HeaderFormat transport, int protocol, Map<String, String> carried, Map<String, Integer> widths,
            Map<Workflow, List<String>> fromHost, Pipe pipe) {
        this.transport = transport;
        this.protocol = protocol;
        this.carried = carried;
        this.widths = widths;
        this.fromHost = fromHost;
        this.pipe = pipe;
    }

    /** {@return the options that the metadata knows} */
    List<HeaderFormat.Option> options() {
        return transport.options().stream().filter(o -> !o.fields().isEmpty() && o.fields().stream()
            .allMatch(f -> carried.containsKey(o.name() + "." + f.name()))).toList();
    }

    private List<HeaderFormat.Option> received() {
        return options().stream().filter(o -> carried.containsKey(o.name())).toList();
    }

    String transportName() {
        return Names.of(transport.name());
    }

    String types() {
        Text text = new Text();
        text.block("""
            header ethernet_h {
                bit<48> destination;
                bit<48> source;
                bit<16> ether_type;
            }
            """).gap();
        header("ipv4_h", HeaderFormats.IPV4.fields(), text);
        header(transportName() + "_h", transport.fields(), text);
        for (HeaderFormat.Option option : options()) {
            text.line("header " + Names.of(option.name()) + "_h { // aligned by " + nops(option) + " NOPs in front");
            text.line("bit<" + nops(option) * NOP_BITS + "> nops;").line("bit<8> kind;").line("bit<8> length;");
            option.fields().forEach(f -> text.line("bit<" + f.bits() + "> " + Names.of(f.name()) + ";"));
            text.line("}").gap();
            text.line("header " + Names.of(option.name()) + "_option_h { // as received").line("bit<8> kind;")
                .line("bit<8> length;");
            option.fields().forEach(f -> text.line("bit<" + f.bits() + "> " + Names.of(f.name()) + ";"));
            text.line("}").gap();
        }
        text.line("header host_h { // before what the host sends, and what it is sent").line("bit<8> workflow;")
            .line("bit<32> present; // which headers follow, the first is the lowest bit").line("}").gap();
        fromHost.forEach((workflow, fields) -> {
            text.line("header host_" + name(workflow) + "_h { // " + workflow + ": what the host sets");
            fields.forEach(f -> text.line("bit<" + widths.get(f) + "> " + Names.of(f) + ";"));
            text.line("}").gap();
        });
        pipe.calls().channels().forEach((channel, model) -> {
            text.line("header " + channel + "_h { // words for the host");
            new TreeSet<>(model.reads()).forEach(f -> text.line("bit<" + widths.get(f) + "> " + Names.of(f) + ";"));
            for (int i = 0; i < pipe.calls().arguments(channel); i++) {
                text.line("bit<32> argument" + i + ";");
            }
            if (model.reads().isEmpty() && pipe.calls().arguments(channel) == 0) {
                text.line("bit<8> called;");
            }
            text.line("}").gap();
        });
        text.line("header control_h { // before a frame that the control plane is given").line("bit<8> workflow;")
            .line("bit<8> reason;").line("bit<32> flow;").line("}").gap();
        return text.toString();
    }

    private static String name(Workflow workflow) {
        return workflow.name().toLowerCase(java.util.Locale.ROOT);
    }

    static int nops(HeaderFormat.Option option) {
        return (WORD_BYTES - option.bytes() % WORD_BYTES) % WORD_BYTES;
    }

    private static void header(String name, List<HeaderFormat.Field> fields, Text text) {
        text.line("header " + name + " {");
        fields.forEach(f -> text.line("bit<" + f.bits() + "> " + Names.of(f.name()) + ";"));
        text.line("}").gap();
    }

    /** {@return the struct of all headers}
     * @param more those of the architecture, by name */
    String headers(Map<String, String> more) {
        Text text = new Text();
        text.line("struct headers_t {");
        more.forEach((name, type) -> text.line(type + " " + name + ";"));
        text.line("ethernet_h ethernet;").line("control_h to_control;").line("host_h host;");
        fromHost.keySet().forEach(w -> text.line("host_" + name(w) + "_h host_" + name(w) + ";"));
        pipe.calls().channels().keySet().forEach(c -> text.line(c + "_h " + c + ";"));
        text.line("ipv4_h ipv4;").line(transportName() + "_h " + transportName() + ";");
        options().forEach(o -> text.line(Names.of(o.name()) + "_h " + Names.of(o.name()) + ";"));
        received().forEach(o -> text.line(Names.of(o.name()) + "_option_h received_" + Names.of(o.name()) + ";"));
        return text.line("}").toString();
    }

    /** The parser's states from ethernet on. */
    String states(Target target) {
        Text text = new Text();
        text.block("""
            state ethernet {
                packet.extract(headers.ethernet);
                transition select(headers.ethernet.ether_type) {
                    0x0800: ipv4;
                    %s: host;
                    default: reject;
                }
            }
            """.formatted(ETHERTYPE_HOST)).gap();
        text.line("state host {").line("packet.extract(headers.host);").line("md.workflow = headers.host.workflow;")
            .line("transition select(headers.host.workflow) {");
        fromHost.keySet().forEach(w -> text.line(w + ": host_" + name(w) + ";"));
        text.line("default: reject;").line("}").line("}").gap();
        fromHost.forEach((w, fields) -> {
            String header = "headers.host_" + name(w);
            text.line("state host_" + name(w) + " {").line("packet.extract(" + header + ");");
            fields.forEach(f -> text.line("md." + Names.of(f) + " = " + header + "." + Names.of(f) + ";"));
            text.line("transition " + (target == Target.T2NA ? "running" : "accept") + ";").line("}").gap();
        });
        text.block("""
            state ipv4 {
                packet.extract(headers.ipv4);
                md.workflow = RX;
                md.peer_address = headers.ipv4.source;
                md.local_address = headers.ipv4.destination;
                md.ecn = (bit<8>) headers.ipv4.ecn;
                transition select(headers.ipv4.version, headers.ipv4.header_length, headers.ipv4.flags, headers.ipv4.fragment_offset,
                        headers.ipv4.protocol) {
                    (4, 5, 0 &&& 1, 0, %d): %s; // no options, no fragment
                    default: for_control;
                }
            }

            state for_control { // all else is for the control plane%s
                md.pass_outcome = CONTROL;
                transition accept;
            }
            """.formatted(protocol, transportName(), target == Target.T2NA ? "" : "\n    md.pass_ended = 0;")).gap();
        transport(target, text);
        return text.toString();
    }

    private void transport(Target target, Text text) {
        String header = "headers." + transportName();
        text.line("state " + transportName() + " {").line("packet.extract(" + header + ");");
        transport.fields().stream().filter(f -> carried.containsKey(f.name())).forEach(f -> {
            String field = carried.get(f.name());
            text.line("md." + Names.of(field) + " = " + widened(header + "." + Names.of(f.name()), f.bits(), widths.get(field)) + ";");
        });
        if (target == Target.T2NA) {
            new TofinoStates(transport, carried, received()).write(text);
            return;
        }
        Optional<HeaderFormat.Field> length = transport.fields().stream().filter(f -> f.name().equals(transport.lengthField()))
            .findFirst();
        int fixed = 14 + 20 + transport.bytes();
        if (length.isEmpty()) {
            text.line("md.payload_offset = " + fixed + ";");
            text.line("md.payload_length = (bit<32>) headers.ipv4.total_length - " + (20 + transport.bytes()) + ";");
            text.line("transition accept;").line("}").gap();
            return;
        }
        String bytes = header + "." + Names.of(length.get().name());
        text.line("options_left = ((bit<8>) " + bytes + " << 2) - " + transport.bytes() + ";");
        text.line("md.payload_offset = ((bit<32>) " + bytes + " << 2) + " + (14 + 20) + ";");
        text.line("md.payload_length = (bit<32>) headers.ipv4.total_length - 20 - ((bit<32>) " + bytes + " << 2);");
        text.line("transition select(" + bytes + ") {");
        for (int words = 0; words < transport.bytes() / WORD_BYTES; words++) {
            text.line(words + ": malformed;");
        }
        text.line("default: option;").line("}").line("}").gap();
        text.block("""
            state malformed {
                md.pass_ended = 0;
                md.pass_outcome = 1;
                transition accept;
            }

            state option {
                transition select(options_left) {
                    0: accept;
                    default: option_kind;
                }
            }
            """).gap();
        text.line("state option_kind {").line("transition select(packet.lookahead<bit<8>>(), options_left) {")
            .line("(0, _): options_end;").line("(1, _): option_nop;");
        for (HeaderFormat.Option option : received()) {
            text.line("(" + option.kind() + ", " + option.bytes() + " .. 255): option_" + Names.of(option.name()) + ";");
        }
        text.line("(_, 1): options_end;").line("default: option_other;").line("}").line("}").gap();
        for (HeaderFormat.Option option : received()) {
            option(option, text);
        }
        text.block("""
            state option_nop {
                packet.advance(8);
                options_left = options_left - 1;
                transition option;
            }

            state option_other {
                option_length = packet.lookahead<bit<16>>()[7:0];
                option_bad = (option_length < 2 || option_length > options_left) ? 1w1 : 1w0;
                transition select(option_bad) {
                    1: options_end; // RFC 9293 MUST-7: what is malformed is not there
                    default: option_skip;
                }
            }

            state option_skip {
                packet.advance((bit<32>) option_length << 3);
                options_left = options_left - option_length;
                transition option;
            }

            state options_end {
                packet.advance((bit<32>) options_left << 3);
                transition accept;
            }
            """);
    }

    /** What the parser cannot compare: a header longer than its datagram; nor, on Tofino 2, subtract. */
    static void check(Target target, Text text) {
        if (target == Target.T2NA) {
            text.line("if (md.workflow == RX) {").line("md.payload_length = (bit<32>) headers.ipv4.total_length - (bit<32>) md.header_bytes;")
                .line("}");
        }
        text.line("if (md.pass_ended == " + Pipe.RUNNING + " && md.workflow == RX && md.payload_length[31:31] == 1w1) {")
            .line("md.pass_ended = 0;").line("md.pass_outcome = DROP;").line("}");
    }

    private void option(HeaderFormat.Option option, Text text) {
        String name = Names.of(option.name());
        String header = "headers.received_" + name;
        text.line("state option_" + name + " {")
            .line("transition select(packet.lookahead<bit<16>>()[7:0]) {").line(option.bytes() + ": option_" + name + "_known;")
            .line("default: option_other;").line("}").line("}").gap();
        text.line("state option_" + name + "_known {").line("packet.extract(" + header + ");");
        text.line("md." + Names.of(carried.get(option.name())) + " = 1;");
        option.fields().forEach(f -> text.line("md." + Names.of(carried.get(option.name() + "." + f.name())) + " = " + header + "."
            + Names.of(f.name()) + ";"));
        text.line("options_left = options_left - " + option.bytes() + ";").line("transition option;").line("}").gap();
    }

    private static String widened(String text, int bits, int width) {
        return bits == width ? text : "(bit<" + width + ">) " + text;
    }

    /** Makes headers of the metadata of an item that is sent. */
    void compose(Text text) {
        String header = "headers." + transportName();
        text.line("headers.ipv4.setValid();").line(header + ".setValid();");
        for (HeaderFormat.Field f : transport.fields()) {
            String field = swapped(carried.get(f.name()));
            String value = field == null ? "0" : Expressions.fit("md." + Names.of(field), widths.get(field), f.bits());
            text.line(header + "." + Names.of(f.name()) + " = " + value + ";");
        }
        text.line("md.header_bytes = " + transport.bytes() + ";");
        for (HeaderFormat.Option option : options()) {
            String name = "headers." + Names.of(option.name());
            text.line("if (" + present(option) + ") {").line(name + ".setValid();");
            if (nops(option) > 0) {
                text.line(name + ".nops = 0x" + "01".repeat(nops(option)) + ";");
            }
            text.line(name + ".kind = " + option.kind() + ";").line(name + ".length = " + option.bytes() + ";");
            option.fields().forEach(f -> text.line(name + "." + Names.of(f.name()) + " = md."
                + Names.of(carried.get(option.name() + "." + f.name())) + ";"));
            text.line("md.header_bytes = md.header_bytes + " + (option.bytes() + nops(option)) + ";").line("}");
        }
        if (!transport.lengthField().isEmpty()) {
            text.line(header + "." + Names.of(transport.lengthField()) + " = (md.header_bytes >> 2)[" + (bits(transport.lengthField()) - 1)
                + ":0];");
        }
        transport.fields().stream().filter(f -> f.name().equals("length") && !carried.containsKey("length"))
            .forEach(f -> text.line(header + ".length = md.header_bytes + md.length[15:0];"));
        text.block("""
            headers.ipv4.version = 4;
            headers.ipv4.header_length = 5;
            headers.ipv4.dscp = 0;
            headers.ipv4.ecn = md.ecn[1:0];
            headers.ipv4.total_length = md.header_bytes + md.length[15:0];
            headers.ipv4.total_length = headers.ipv4.total_length + 20;
            headers.ipv4.identification = 0;
            headers.ipv4.flags = 2; // not to be fragmented
            headers.ipv4.fragment_offset = 0;
            headers.ipv4.ttl = 64;
            headers.ipv4.protocol = %d;
            headers.ipv4.source = md.local_address;
            headers.ipv4.destination = md.peer_address;
            headers.ethernet.ether_type = 0x0800;
            """.formatted(protocol));
    }

    private int bits(String field) {
        return transport.fields().stream().filter(f -> f.name().equals(field)).findFirst().orElseThrow().bits();
    }

    /** What is received of the peer is sent to it. */
    private static String swapped(String field) {
        return field == null ? null : switch (field) {
            case "peerPort" -> "localPort";
            case "localPort" -> "peerPort";
            default -> field;
        };
    }

    private String present(HeaderFormat.Option option) {
        if (carried.containsKey(option.name())) {
            return "md." + Names.of(carried.get(option.name())) + " != 0";
        }
        List<String> fields = option.fields().stream().map(f -> "md." + Names.of(carried.get(option.name() + "." + f.name()))).toList();
        return fields.getFirst() + " != " + fields.getLast();
    }

    /** {@return IPv4 fields under its checksum} */
    static String checksummed() {
        List<String> fields = new ArrayList<>();
        HeaderFormats.IPV4.fields().stream().filter(f -> !f.name().equals("checksum"))
            .forEach(f -> fields.add("headers.ipv4." + Names.of(f.name())));
        return "{ " + String.join(", ", fields) + " }";
    }

    /** {@return headers in the order of the wire} */
    List<String> order() {
        List<String> order = new ArrayList<>(List.of("ethernet", "to_control", "host"));
        order.addAll(pipe.calls().channels().keySet());
        order.add("ipv4");
        order.add(transportName());
        options().forEach(o -> order.add(Names.of(o.name())));
        return order;
    }

    boolean hasOptions() {
        return !transport.lengthField().isEmpty();
    }

    /** {@return all fields of metadata that composing reads} */
    Set<String> composed() {
        Set<String> fields = new TreeSet<>(Set.of("ecn", "length", "localAddress", "peerAddress"));
        carried.forEach((h, f) -> fields.add(swapped(f)));
        return fields;
    }

    /** {@return what the manifest says of the host's items} */
    Map<String, List<String>> hostFields() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        fromHost.forEach((w, fields) -> all.put(w.name(), fields.stream().map(Names::of).toList()));
        return all;
    }
}
