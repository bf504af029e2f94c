package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.placement.Costs;

/**
 * The program for Tofino 2. What is in the ingress thread of the placement is in the ingress control, its fields go over in a bridge
 * header; copies enter at egress, and the first byte of what egress parses says what it is.
 */
final class T2naProgram {
    private static final int BRIDGE = 0;
    private static final int TOLD = 253;
    private static final int CONTROL = 254;
    private static final int TOLD_TYPE = 13;
    private static final int CONTROL_TYPE = 14;
    private static final int BRIDGE_FIXED_BYTES = 10;
    private static final int KEPT_BYTES = 14; // of the frame, in a copy: its Ethernet header

    private final Parts parts;
    private final Pipe ingress;
    private final Pipe egress;
    private final Frames frames;
    private final Set<String> bridged = new LinkedHashSet<>();

    T2naProgram(Parts parts) {
        this.parts = parts;
        List<Graph.Placed> first = parts.tables(true);
        List<Graph.Placed> second = parts.tables(false);
        ingress = parts.pipe(first);
        egress = parts.pipe(second);
        frames = parts.frames(channels());
        Set<String> sent = frames.composed();
        for (Workflow w : Workflow.values()) {
            if (w != Workflow.MIRROR && parts.served.contains(w)) {
                Set<String> behind = new TreeSet<>(w == Workflow.RX && second.stream().anyMatch(p -> p.table().workflows().contains(w))
                    ? Set.of("payloadLength", "payloadOffset") : sent);
                bridged.addAll(Liveness.needed(second, w, behind));
            }
        }
        first.forEach(p -> p.table().cases().forEach(c -> c.action().assignments().forEach(a -> {
            if (a.target().name().startsWith("$") && reads(second, a.target().name())) {
                bridged.add(a.target().name());
            }
        })));
        bridged.remove("workflow");
        bridged.retainAll(known());
    }

    private Set<String> known() {
        Set<String> known = new TreeSet<>(parts.widths.keySet());
        parts.graph.fields().forEach(f -> known.add(f.name()));
        return known;
    }

    private static boolean reads(List<Graph.Placed> tables, String field) {
        return tables.stream().anyMatch(p -> p.table().workflows().stream().anyMatch(w -> {
            org.millrace.tofino.graph.Access access = org.millrace.tofino.graph.Access.of(p.table(), w);
            return access.reads().contains(field) || access.matches().contains(field) || access.sees().contains(field);
        }));
    }

    /** Words for the host may come from both controls. */
    private Pipe channels() {
        egress.calls().channels().putAll(ingress.calls().channels());
        ingress.calls().channels().keySet().forEach(c -> egress.calls().arguments(c, ingress.calls().arguments(c)));
        return egress;
    }

    private int bits(String field) {
        return parts.graph.fields().stream().filter(f -> f.name().equals(field)).mapToInt(Graph.Field::bits).findFirst()
            .orElseGet(() -> parts.widths.get(field));
    }

    String text() {
        Text text = new Text();
        text.block(parts.head()).line("#include <core.p4>").line("#include <t2na.p4>").gap()
            .line("// Metadata is 0 where nothing sets it").line("@pa_auto_init_metadata").block(parts.constants());
        text.block("""
            // What egress parses: the first byte
            const bit<8> BRIDGE = %d;
            const bit<8> TOLD = %d;
            const bit<8> FOR_CONTROL = %d;

            // Mirror types beside the program's; the packet generator's port; the first queue is for what hosts push
            const MirrorType_t TOLD_TYPE = %d;
            const MirrorType_t CONTROL_TYPE = %d;
            const MirrorId_t CONTROL_SESSION = %d;
            const PortId_t GENERATOR = 6;
            const QueueId_t PUSHED = 0;
            const QueueId_t ANSWERS = 1;
            """.formatted(BRIDGE, TOLD, CONTROL, TOLD_TYPE, CONTROL_TYPE, Parts.CONTROL_SESSION)).gap();
        text.block(frames.types());
        headers(text);
        text.block(frames.headers(own())).gap().block(parts.metadata()).block(parts.registers.types());
        ingressParser(text);
        ingress(text);
        ingressDeparser(text);
        egressParser(text);
        egress(text);
        egressDeparser(text);
        text.line("Pipeline(IngressParse(), Ingress(), IngressDeparse(), EgressParse(), Egress(), EgressDeparse()) pipe;");
        text.line("Switch(pipe) main;");
        manifest();
        return text.toString();
    }

    private void headers(Text text) {
        text.line("header bridge_h { // from ingress to egress").line("bit<8> what;").line("bit<8> workflow;").line("bit<8> pass_ended;")
            .line("bit<8> pass_outcome;").line("bit<8> tick;").line("bit<8> host_session;").line("bit<32> present;");
        bridged.forEach(f -> text.line("bit<" + bits(f) + "> " + Names.of(f) + ";"));
        text.line("}").gap();
        for (MirrorSession m : parts.program.mirrors()) {
            text.line("header copy_" + (m.id() + 1) + "_h { // re-enters egress as " + m.next()).line("bit<8> what;").line("bit<8> pass_digest;");
            m.fields().forEach(f -> text.line("bit<" + bits(f) + "> " + Names.of(f) + ";"));
            text.line("}").gap();
        }
        text.line("header told_h { // words for the host, of a segment that is sent as well").line("bit<8> what;").line("bit<32> present;");
        told().forEach((channel, model) -> words(channel, model).forEach((name, bits) -> text.line("bit<" + bits + "> "
            + channel + "_" + name + ";")));
        text.line("}").gap();
        text.line("header for_control_h { // what the control plane is told, the frame behind it").line("bit<8> what;").line("bit<8> reason;")
            .line("bit<8> pass_digest;");
        parts.digested().forEach(f -> text.line("bit<" + bits(f) + "> " + Names.of(f) + ";"));
        text.line("}").gap();
    }

    private Map<String, String> own() {
        Map<String, String> own = new LinkedHashMap<>();
        own.put("generated", "pktgen_timer_header_t");
        own.put("bridge", "bridge_h");
        parts.program.mirrors().forEach(m -> own.put("copy_" + (m.id() + 1), "copy_" + (m.id() + 1) + "_h"));
        own.put("told", "told_h");
        own.put("for_control", "for_control_h");
        return own;
    }

    private Map<String, Integer> words(String channel, ExternModel model) {
        Map<String, Integer> words = new LinkedHashMap<>();
        new TreeSet<>(model.reads()).forEach(f -> words.put(Names.of(f), bits(f)));
        for (int i = 0; i < egress.calls().arguments(channel); i++) {
            words.put("argument" + i, 32);
        }
        if (words.isEmpty()) {
            words.put("called", 8);
        }
        return words;
    }

    /** Calls that a pass may make which sends a segment as well. */
    private Map<String, ExternModel> told() {
        Set<Workflow> sending = EnumSet.noneOf(Workflow.class);
        parts.graph.tables().forEach(p -> p.table().cases().stream().filter(T2naProgram::emits).forEach(c -> sending.addAll(c.workflows())));
        Map<String, ExternModel> told = new LinkedHashMap<>(egress.calls().channels());
        told.keySet().removeIf(c -> Stream.concat(ingress.calls().callers(c).stream(), egress.calls().callers(c).stream())
            .noneMatch(one -> one.workflows().stream().anyMatch(sending::contains)));
        return told;
    }

    private static boolean emits(Case one) {
        List<Expr> verdicts = new ArrayList<>();
        verdicts.add(one.action().verdict());
        one.action().register().ifPresent(r -> r.rows().forEach(row -> verdicts.add(row == null ? null : row.verdict())));
        return verdicts.stream().anyMatch(v -> v instanceof Expr.Const c && Verdict.action(c.value()) == Verdict.EMIT);
    }

    private void ingressParser(Text text) {
        text.line("parser IngressParse(packet_in packet, out headers_t headers, out metadata_t md, out ingress_intrinsic_metadata_t intrinsic) {");
        if (frames.hasOptions()) {
            text.line("ParserCounter() options_left; // bytes").gap();
        }
        text.block("""
            state start {
                packet.extract(intrinsic);
                packet.advance(PORT_METADATA_SIZE);
                transition select(intrinsic.ingress_port) {
                    GENERATOR: tick;
                    default: ethernet;
                }
            }

            state tick { // a timer of the packet generator: application 0 each millisecond, 1 each microsecond
                packet.extract(headers.generated);
                md.pass_outcome = DONE;
                transition select(headers.generated.app_id) {
                    0: tick_1;
                    default: tick_2;
                }
            }

            state tick_1 {
                md.tick = 1;
                transition accept;
            }

            state tick_2 {
                md.tick = 2;
                transition accept;
            }
            """).gap();
        text.block(frames.states(Target.T2NA)).line("}").gap();
    }

    private void ingress(Text text) {
        text.open("""
            control Ingress(inout headers_t headers, inout metadata_t md, in ingress_intrinsic_metadata_t intrinsic,
                    in ingress_intrinsic_metadata_from_parser_t from_parser, inout ingress_intrinsic_metadata_for_deparser_t for_deparser,
                    inout ingress_intrinsic_metadata_for_tm_t for_tm) {""");
        Text inner = new Text();
        inner.block(ingress.declarations());
        inner.block("""
            // Where items of a flow leave: towards the network, towards its host, and the mirror session to that host
            action forward(PortId_t network, PortId_t host, MirrorId_t session) {
                md.network_port = network;
                md.host_port = host;
                md.host_session = session;
            }

            action unknown() {
                for_deparser.drop_ctl = 1;
            }

            table forwarding {
                key = {
                    md.flow: exact;
                }
                actions = { forward; unknown; }
                const default_action = unknown();
                size = %d;
            }
            """.formatted(parts.capacity.flows())).gap();
        inner.line("apply {");
        Frames.check(Target.T2NA, inner);
        inner.line("if (md.pass_ended == " + Pipe.RUNNING + ") {").block(ingress.statements()).line("}").gap();
        inner.block("""
            if (md.pass_outcome == CONTROL) { // the frame as it came
                for_deparser.mirror_type = CONTROL_TYPE;
                md.copy_session = CONTROL_SESSION;
                md.copy_what = FOR_CONTROL;
                for_deparser.drop_ctl = 1;
            } else if (md.pass_outcome == DROP) {
                for_deparser.drop_ctl = 1;
            } else if (md.tick != 0) {
                for_tm.ucast_egress_port = GENERATOR;
            } else {
                forwarding.apply();
                if (md.workflow == RX) {
                    for_tm.ucast_egress_port = md.host_port;
                } else {
                    for_tm.ucast_egress_port = md.network_port;
                }
                if (md.workflow == TX) {
                    for_tm.qid = PUSHED;
                } else {
                    for_tm.qid = ANSWERS;
                }
            }
            """);
        inner.line("headers.bridge.setValid();").line("headers.bridge.what = BRIDGE;").line("headers.bridge.workflow = md.workflow;")
            .line("headers.bridge.pass_ended = md.pass_ended;").line("headers.bridge.pass_outcome = md.pass_outcome;")
            .line("headers.bridge.tick = md.tick;").line("headers.bridge.host_session = md.host_session;").line("headers.bridge.present = 0;");
        bits(ingress.calls().channels().keySet(), "headers.bridge.present", inner);
        bridged.forEach(f -> inner.line("headers.bridge." + Names.of(f) + " = md." + Names.of(f) + ";"));
        inner.line("headers.host.setInvalid();");
        hostHeaders(inner);
        inner.line("headers." + frames.transportName() + ".setInvalid();").line("headers.ipv4.setInvalid();");
        inner.line("}");
        text.block(inner.toString()).line("}").gap();
    }

    private void hostHeaders(Text text) {
        parts.served.stream().filter(w -> w == Workflow.TX || w == Workflow.HC).forEach(w -> text.line("headers.host_"
            + w.name().toLowerCase(java.util.Locale.ROOT) + ".setInvalid();"));
    }

    private void bits(Set<String> channels, String into, Text text) {
        List<String> all = List.copyOf(egress.calls().channels().keySet());
        for (String channel : channels) {
            text.line("if (headers." + channel + ".isValid()) {").line(into + " = " + into + " | " + Expressions.constant(1L << all.indexOf(channel), 32) + ";")
                .line("}");
        }
    }

    private void ingressDeparser(Text text) {
        text.open("""
            control IngressDeparse(packet_out packet, inout headers_t headers, in metadata_t md,
                    in ingress_intrinsic_metadata_for_deparser_t for_deparser) {""");
        Text inner = new Text();
        inner.line("Mirror() mirror;").gap().line("apply {");
        inner.line("if (for_deparser.mirror_type == CONTROL_TYPE) {").line("mirror.emit<for_control_h>(md.copy_session, " + forControl() + ");")
            .line("}");
        inner.line("packet.emit(headers.bridge);");
        ingress.calls().channels().keySet().forEach(c -> inner.line("packet.emit(headers." + c + ");"));
        inner.line("packet.emit(headers.ethernet);").line("}");
        text.block(inner.toString()).line("}").gap();
    }

    private String forControl() {
        List<String> fields = new ArrayList<>(List.of("md.copy_what", "md.pass_reason", "md.pass_digest"));
        parts.digested().forEach(f -> fields.add("md." + Names.of(f)));
        return "{ " + String.join(", ", fields) + " }";
    }

    private void egressParser(Text text) {
        text.line("parser EgressParse(packet_in packet, out headers_t headers, out metadata_t md, out egress_intrinsic_metadata_t intrinsic) {");
        text.line("state start {").line("packet.extract(intrinsic);").line("transition select(packet.lookahead<bit<8>>()) {").line("BRIDGE: bridge;");
        parts.program.mirrors().forEach(m -> text.line((m.id() + 1) + ": copy_" + (m.id() + 1) + ";"));
        text.line("TOLD: told;").line("FOR_CONTROL: for_control;").line("default: reject;").line("}").line("}").gap();
        text.line("state bridge {").line("packet.extract(headers.bridge);").line("md.workflow = headers.bridge.workflow;")
            .line("md.pass_ended = headers.bridge.pass_ended;").line("md.pass_outcome = headers.bridge.pass_outcome;")
            .line("md.tick = headers.bridge.tick;").line("md.host_session = headers.bridge.host_session;");
        bridged.forEach(f -> text.line("md." + Names.of(f) + " = headers.bridge." + Names.of(f) + ";"));
        List<String> early = List.copyOf(ingress.calls().channels().keySet());
        text.line("transition " + (early.isEmpty() ? "ethernet" : "words_0") + ";").line("}").gap();
        for (int i = 0; i < early.size(); i++) {
            int bit = List.copyOf(egress.calls().channels().keySet()).indexOf(early.get(i));
            String next = i + 1 < early.size() ? "words_" + (i + 1) : "ethernet";
            text.line("state words_" + i + " {").line("transition select(headers.bridge.present[" + bit + ":" + bit + "]) {")
                .line("1: words_" + i + "_there;").line("default: " + next + ";").line("}").line("}").gap();
            text.line("state words_" + i + "_there {").line("packet.extract(headers." + early.get(i) + ");").line("transition " + next + ";")
                .line("}").gap();
        }
        text.block("""
            state ethernet {
                packet.extract(headers.ethernet);
                transition accept;
            }
            """).gap();
        for (MirrorSession m : parts.program.mirrors()) {
            String copy = "copy_" + (m.id() + 1);
            text.line("state " + copy + " {").line("packet.extract(headers." + copy + ");").line("md.workflow = " + m.next() + ";")
                .line("md.pass_ended = " + Pipe.RUNNING + ";").line("md.pass_digest = headers." + copy + ".pass_digest;");
            m.fields().forEach(f -> text.line("md." + Names.of(f) + " = headers." + copy + "." + Names.of(f) + ";"));
            text.line("transition ethernet;").line("}").gap();
        }
        text.line("state told {").line("packet.extract(headers.told);").line("md.pass_outcome = DONE;")
            .line("transition ethernet;").line("}").gap();
        text.line("state for_control {").line("packet.extract(headers.for_control);").line("md.pass_outcome = CONTROL;")
            .line("transition accept;").line("}").line("}").gap();
    }

    private void egress(Text text) {
        text.open("""
            control Egress(inout headers_t headers, inout metadata_t md, in egress_intrinsic_metadata_t intrinsic,
                    in egress_intrinsic_metadata_from_parser_t from_parser, inout egress_intrinsic_metadata_for_deparser_t for_deparser,
                    inout egress_intrinsic_metadata_for_output_port_t for_port) {""");
        Text inner = new Text();
        inner.block(egress.declarations());
        inner.block("""
            action to_neighbour(bit<48> source, bit<48> destination) {
                headers.ethernet.source = source;
                headers.ethernet.destination = destination;
            }

            action unreachable() {
                for_deparser.drop_ctl = 1;
            }

            table neighbours {
                key = {
                    md.peer_address: exact;
                }
                actions = { to_neighbour; unreachable; }
                const default_action = unreachable();
                size = %d;
            }
            """.formatted(Costs.NEIGHBOURS)).gap();
        inner.line("apply {");
        for (String clock : egress.calls().clocks()) {
            inner.line("if (md.tick == " + (clock.contains("milli") ? 1 : 2) + ") {").line(clock + "_tick.execute(0);").line("}");
        }
        inner.line("if (md.pass_ended == " + Pipe.RUNNING + ") {").block(egress.statements()).line("}").gap();
        egress.calls().told(inner);
        ends(inner);
        inner.line("}");
        text.block(inner.toString()).line("}").gap();
    }

    private void ends(Text text) {
        for (MirrorSession m : parts.program.mirrors()) {
            text.line("headers.copy_" + (m.id() + 1) + ".setInvalid();");
        }
        text.line("bit<32> present = 0;");
        bits(egress.calls().channels().keySet(), "present", text);
        text.line("if (headers.told.isValid()) { // of a segment that was sent: to the host");
        unpack(text);
        text.line("} else if (headers.for_control.isValid()) { // as it is").line("} else if (md.pass_outcome == EMIT) {");
        frames.compose(text);
        text.line("neighbours.apply();").line("if (present != 0) {").line("md.told_present = present;")
            .line("for_deparser.mirror_type = TOLD_TYPE;")
                .line("md.copy_session = md.host_session;").line("md.copy_what = TOLD;").line("}");
        text.line("} else if (present != 0) {").line("headers.host.setValid();").line("headers.host.workflow = md.workflow;")
            .line("headers.host.present = present;").line("headers.ethernet.ether_type = " + Frames.ETHERTYPE_HOST + ";");
        text.line("} else {").line("for_deparser.drop_ctl = 1;").line("}");
        text.line("headers.bridge.setInvalid();");
        text.line("// One copy a pass: a digest that comes with a pseudo segment is sent by that one's pass");
        boolean first = true;
        for (MirrorSession m : parts.program.mirrors()) {
            text.line((first ? "if (" : "} else if (") + "md.pass_mirror == " + (m.id() + 1) + ") {")
                .line("for_deparser.mirror_type = " + (m.id() + 1) + ";").line("md.copy_session = " + (m.id() + 1) + ";")
                .line("md.copy_what = " + (m.id() + 1) + ";");
            first = false;
        }
        text.line((first ? "if (" : "} else if (") + "!headers.for_control.isValid() && (md.pass_digest == 1 || md.pass_outcome == CONTROL)) {")
            .line("for_deparser.mirror_type = CONTROL_TYPE;").line("md.copy_session = CONTROL_SESSION;").line("md.copy_what = FOR_CONTROL;")
            .line("}");
    }

    private void unpack(Text text) {
        List<String> all = List.copyOf(egress.calls().channels().keySet());
        for (Map.Entry<String, ExternModel> channel : told().entrySet()) {
            int bit = all.indexOf(channel.getKey());
            text.line("if (headers.told.present[" + bit + ":" + bit + "] == 1) {").line("headers." + channel.getKey() + ".setValid();");
            words(channel.getKey(), channel.getValue()).keySet().forEach(w -> text.line("headers." + channel.getKey() + "." + w
                + " = headers.told." + channel.getKey() + "_" + w + ";"));
            text.line("}");
        }
        text.line("headers.host.setValid();").line("headers.host.present = headers.told.present;")
            .line("headers.ethernet.ether_type = " + Frames.ETHERTYPE_HOST + ";").line("headers.told.setInvalid();");
    }

    private void egressDeparser(Text text) {
        text.open("""
            control EgressDeparse(packet_out packet, inout headers_t headers, in metadata_t md,
                    in egress_intrinsic_metadata_for_deparser_t for_deparser) {""");
        Text inner = new Text();
        inner.line("Mirror() mirror;").line("Checksum() ipv4_checksum;").gap().line("apply {");
        for (MirrorSession m : parts.program.mirrors()) {
            int session = m.id() + 1;
            List<String> fields = new ArrayList<>(List.of("md.copy_what", "md.pass_digest"));
            m.fields().forEach(f -> fields.add("md." + Names.of(f)));
            inner.line("if (for_deparser.mirror_type == " + session + ") {").line("mirror.emit<copy_" + session + "_h>(md.copy_session, { "
                + String.join(", ", fields) + " });").line("}");
        }
        List<String> told = new ArrayList<>(List.of("md.copy_what", "md.told_present"));
        told().forEach((channel, model) -> words(channel, model).keySet().forEach(w -> told.add("headers." + channel + "." + w)));
        inner.line("if (for_deparser.mirror_type == TOLD_TYPE) {").line("mirror.emit<told_h>(md.copy_session, { " + String.join(", ", told)
            + " });").line("}");
        inner.line("if (for_deparser.mirror_type == CONTROL_TYPE) {").line("mirror.emit<for_control_h>(md.copy_session, " + forControl() + ");")
            .line("}");
        inner.line("if (headers.ipv4.isValid()) {").line("headers.ipv4.checksum = ipv4_checksum.update(" + Frames.checksummed() + ");").line("}");
        inner.line("// The transport's checksum, which covers the payload, is the port's: a pipe does not see payload");
        inner.line("packet.emit(headers.for_control);");
        frames.order().forEach(h -> inner.line("packet.emit(headers." + h + ");"));
        inner.line("}");
        text.block(inner.toString()).line("}").gap();
    }

    private void manifest() {
        List<Manifest.Entry> first = new ArrayList<>(ingress.tables());
        first.add(new Manifest.Entry("forwarding", List.of("md.flow"), List.of("network", "host", "session"), parts.capacity.flows()));
        List<Manifest.Entry> second = new ArrayList<>(egress.tables());
        second.add(new Manifest.Entry("neighbours", List.of("md.peer_address"), List.of("source", "destination"), Costs.NEIGHBOURS));
        Map<String, Object> tables = new LinkedHashMap<>(Manifest.tables("Ingress", first));
        tables.putAll(Manifest.tables("Egress", second));
        parts.more.put("tables", tables);
        parts.more.put("bridgeBytes", BRIDGE_FIXED_BYTES + bridged.stream().mapToInt(this::bits).sum() / 8);
        Map<String, Object> traffic = new LinkedHashMap<>();
        traffic.put("queues", List.of(Map.of("queue", 1, "priority", 7, "for", "what the pipe answers"),
            Map.of("queue", 0, "priority", 0, "for", "what hosts push")));
        int copyBytes = parts.program.mirrors().stream().mapToInt(m -> 2 + m.fields().stream().mapToInt(this::bits).sum() / 8).max().orElse(0);
        int toldBytes = 5 + told().entrySet().stream().flatMap(c -> words(c.getKey(), c.getValue()).values().stream())
            .mapToInt(Integer::intValue).sum() / 8;
        Map<String, Object> mirrors = new LinkedHashMap<>();
        mirrors.put("program", Map.of("direction", "egress", "headerBytes", copyBytes, "frameBytes", KEPT_BYTES, "queue", 1,
            "port", "the network port of the item"));
        mirrors.put(String.valueOf(Parts.CONTROL_SESSION), Map.of("direction", "both", "port", "the CPU port"));
        mirrors.put("hosts", Map.of("direction", "egress", "headerBytes", toldBytes, "frameBytes", KEPT_BYTES,
            "port", "the host's; one session a host"));
        traffic.put("mirrorSessions", mirrors);
        traffic.put("pause", Map.of("hosts", "PFC, by the priority of queue 0"));
        Map<String, Object> generator = new LinkedHashMap<>();
        for (String clock : egress.calls().clocks()) {
            generator.put(clock.contains("milli") ? "0" : "1", Map.of("timerNs", clock.contains("milli") ? 1_000_000 : 1_000, "advances", clock));
        }
        traffic.put("packetGenerator", generator);
        parts.more.put("trafficManager", traffic);
    }
}
