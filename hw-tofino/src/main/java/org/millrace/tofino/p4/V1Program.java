package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Workflow;

/**
 * The program for v1model. All tables are in ingress, because only there is a digest; a copy goes round by recirculation and passes
 * them as an item of its own.
 */
final class V1Program {
    private static final String BLOCK = "(inout headers_t headers, inout metadata_t md, inout standard_metadata_t standard)";

    private final Parts parts;
    private final Pipe pipe;
    private final Frames frames;

    V1Program(Parts parts) {
        this.parts = parts;
        pipe = parts.pipe(parts.tables(true), parts.tables(false));
        frames = parts.frames(pipe);
    }

    String text() {
        Text text = new Text();
        text.block(parts.head()).line("#include <core.p4>").line("#include <v1model.p4>").gap().block(parts.constants());
        text.block("""
            // Ports and sessions that the control plane sets up
            const bit<9> RECIRCULATION = 68;
            const bit<9> CONTROL_PORT = 64;
            const bit<9> GENERATOR = 69;
            const bit<32> CONTROL_SESSION = %d;
            """.formatted(Parts.CONTROL_SESSION)).gap();
        text.line("header tick_h { // of the packet generator").line("bit<8> clock; // 0: milliseconds, 1: microseconds").line("}").gap();
        text.block(frames.types()).block(frames.headers(Map.of("generated", "tick_h"))).gap().block(parts.metadata()).block(parts.digest());
        parser(text);
        text.line("control Verify(inout headers_t headers, inout metadata_t md) {").line("apply {")
            .line("verify_checksum(headers.ipv4.isValid(), " + Frames.checksummed() + ",")
            .line("    headers.ipv4.checksum, HashAlgorithm.csum16);").line("}").line("}").gap();
        ingress(text);
        egress(text);
        checksum(text);
        text.line("control Deparse(packet_out packet, in headers_t headers) {").line("apply {");
        frames.order().forEach(h -> text.line("packet.emit(headers." + h + ");"));
        text.line("}").line("}").gap();
        text.line("V1Switch(Parse(), Verify(), PipeIngress(), PipeEgress(), Compute(), Deparse()) main;");
        manifest();
        return text.toString();
    }

    private void parser(Text text) {
        text.line("parser Parse(packet_in packet, out headers_t headers, inout metadata_t md, inout standard_metadata_t standard) {");
        if (frames.hasOptions()) {
            text.line("bit<8> options_left;").line("bit<8> option_length;").line("bit<1> option_bad;").gap();
        }
        text.line("state start {").line("md.pass_ended = " + Pipe.RUNNING + ";");
        text.line("transition select(standard.instance_type, standard.ingress_port) {");
        if (!parts.program.mirrors().isEmpty()) {
            text.line("(4, _): copy; // recirculated");
        }
        text.line("(1, _): cloned;");
        text.line("(0, GENERATOR): tick;").line("default: ethernet;").line("}");
        text.line("}").gap();
        if (!parts.program.mirrors().isEmpty()) {
            text.line("state copy {").line("packet.extract(headers.ethernet);").line("transition select(md.pass_mirror) {");
            parts.program.mirrors().forEach(m -> text.line((m.id() + 1) + ": copy_" + (m.id() + 1) + ";"));
            text.line("default: reject;").line("}").line("}").gap();
            for (MirrorSession m : parts.program.mirrors()) {
                text.line("state copy_" + (m.id() + 1) + " {").line("md.workflow = " + m.next() + ";").line("md.pass_mirror = 0;")
                    .line("transition accept;").line("}").gap();
            }
        }
        text.block("""
            state cloned { // its metadata is what ingress has left
                packet.extract(headers.ethernet);
                transition accept;
            }

            state tick {
                packet.extract(headers.generated);
                md.tick = headers.generated.clock + 1;
                md.pass_ended = 0;
                md.pass_outcome = DONE;
                transition accept;
            }
            """).gap();
        text.block(frames.states(Target.V1MODEL)).line("}").gap();
    }

    private void ingress(Text text) {
        text.line("control PipeIngress" + BLOCK + " {").block(pipe.declarations()).gap();
        text.block("""
            action drop() {
                mark_to_drop(standard);
            }

            // Towards a neighbour
            action to_neighbour(bit<48> source, bit<48> destination, bit<9> port) {
                headers.ethernet.source = source;
                headers.ethernet.destination = destination;
                standard.egress_spec = port;
            }

            table routes {
                key = {
                    md.peer_address: lpm;
                }
                actions = { to_neighbour; drop; }
                default_action = drop();
                size = 4096;
            }

            // Towards the host of a context: the port, and a group with that port first and the network's second
            action to_host(bit<9> port, bit<16> group) {
                standard.egress_spec = port;
                md.host_group = group;
            }

            table hosts {
                key = {
                    md.context: exact;
                }
                actions = { to_host; drop; }
                default_action = drop();
                size = %d;
            }
            """.formatted(parts.capacity.contexts())).gap();
        text.line("apply {").line("bool faulty = headers.ipv4.isValid() && standard.checksum_error == 1;");
        text.line("if (standard.parser_error != error.NoError || faulty) {").line("drop();").line("return;").line("}");
        Frames.check(Target.V1MODEL, text);
        for (String clock : pipe.calls().clocks()) {
            String now = clock + "_now";
            text.line("if (md.tick == " + (clock.contains("milli") ? 1 : 2) + ") {").line("bit<32> " + now + ";")
                .line(clock + ".read(" + now + ", 0);").line(clock + ".write(0, " + now + " + 1);").line("}");
        }
        text.line("if (md.pass_ended == " + Pipe.RUNNING + ") {").block(pipe.statements()).line("}").gap();
        pipe.calls().told(text);
        ends(text);
        text.line("}").line("}").gap();
    }

    private void ends(Text text) {
        if (parts.widths.containsKey("digest")) {
            text.line("if (md.pass_digest == 1) {").line("digest<digest_t>(1, { " + String.join(", ", parts.digested().stream()
                .map(f -> "md." + Names.of(f)).toList()) + " });").line("}");
        }
        for (MirrorSession m : parts.program.mirrors()) {
            int session = m.id() + 1;
            text.line("if (md.pass_mirror == " + session + ") {").line("clone_preserving_field_list(CloneType.I2E, " + session + ", "
                + session + ");").line("}");
        }
        String words = words();
        text.line("bool told = " + words + ";");
        present(text);
        text.line("if (md.pass_outcome == CONTROL) { // the frame as it came")
            .line("clone_preserving_field_list(CloneType.I2E, CONTROL_SESSION, " + Parts.CONTROL_SESSION + ");").line("drop();")
            .line("} else if (md.pass_outcome == DROP) {").line("drop();")
            .line("} else if (md.pass_outcome == EMIT) {");
        frames.compose(text);
        text.line("routes.apply();").line("truncate(14 + (bit<32>) headers.ipv4.total_length);");
        text.line("if (told) { // one to the network, one to the host").line("hosts.apply();").line("standard.mcast_grp = md.host_group;")
            .line("}");
        text.line("} else if (told) {").line("headers.ethernet.ether_type = " + Frames.ETHERTYPE_HOST + ";");
        text.line("headers.ipv4.setInvalid();").line("headers." + frames.transportName() + ".setInvalid();");
        text.line("hosts.apply();").line("} else {").line("drop();").line("}");
    }

    private String words() {
        List<String> valid = pipe.calls().channels().keySet().stream().map(c -> "headers." + c + ".isValid()").toList();
        return valid.isEmpty() ? "false" : String.join(" || ", valid);
    }

    private void present(Text text) {
        parts.served.stream().filter(w -> w == Workflow.TX || w == Workflow.HC).forEach(w -> text.line("headers.host_"
            + w.name().toLowerCase(java.util.Locale.ROOT) + ".setInvalid();"));
        text.line("headers.host.setInvalid();");
        text.line("if (told) {").line("headers.host.setValid();").line("headers.host.workflow = md.workflow;").line("headers.host.present = 0;");
        int bit = 0;
        for (String channel : pipe.calls().channels().keySet()) {
            text.line("if (headers." + channel + ".isValid()) {").line("headers.host.present = headers.host.present | " + (1 << bit++) + ";")
                .line("}");
        }
        text.line("}");
    }

    private void egress(Text text) {
        text.line("control PipeEgress" + BLOCK + " {").line("apply {");
        text.line("if (standard.instance_type == 1 && standard.egress_port == CONTROL_PORT) { // for the control plane")
            .line("headers.to_control.setValid();").line("headers.to_control.workflow = md.workflow;").line("headers.to_control.reason = md.pass_reason;")
            .line("headers.to_control.flow = md.flow;").line("} else if (standard.instance_type == 1) { // a copy: only its metadata goes round");
        frames.order().stream().filter(h -> !h.equals("ethernet")).forEach(h -> text.line("headers." + h + ".setInvalid();"));
        text.line("truncate(14);");
        for (MirrorSession m : parts.program.mirrors()) {
            int session = m.id() + 1;
            text.line("if (md.pass_mirror == " + session + ") {").line("recirculate_preserving_field_list(" + session + ");").line("}");
        }
        text.line("} else if (standard.egress_rid == 1) { // of a segment sent, what the host is told");
        text.line("headers.ipv4.setInvalid();").line("headers." + frames.transportName() + ".setInvalid();");
        frames.options().forEach(o -> text.line("headers." + Names.of(o.name()) + ".setInvalid();"));
        text.line("headers.ethernet.ether_type = " + Frames.ETHERTYPE_HOST + ";");
        text.line("} else if (headers.ipv4.isValid()) {").line("headers.host.setInvalid();");
        pipe.calls().channels().keySet().forEach(c -> text.line("headers." + c + ".setInvalid();"));
        text.line("}").line("}").line("}").gap();
    }

    private void checksum(Text text) {
        text.line("control Compute(inout headers_t headers, inout metadata_t md) {").line("apply {")
            .line("update_checksum(headers.ipv4.isValid(), " + Frames.checksummed() + ",")
            .line("    headers.ipv4.checksum, HashAlgorithm.csum16);");
        text.line("// The transport's checksum, which covers the payload, is the port's: a pipe does not see payload");
        text.line("}").line("}").gap();
    }

    private void manifest() {
        List<Manifest.Entry> tables = new ArrayList<>(pipe.tables());
        tables.add(new Manifest.Entry("routes", List.of("md.peer_address"), List.of("source", "destination", "port"), 4096));
        tables.add(new Manifest.Entry("hosts", List.of("md.context"), List.of("port", "group"), parts.capacity.contexts()));
        parts.more.put("tables", Manifest.tables("PipeIngress", tables));
        Map<String, Object> traffic = new LinkedHashMap<>();
        traffic.put("recirculationPort", 68);
        traffic.put("controlPort", 64);
        traffic.put("cloneSessions", Map.of("programs", "port 68", String.valueOf(Parts.CONTROL_SESSION), "port 64"));
        parts.more.put("trafficManager", traffic);
    }
}
