package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Graph;

/** What both architectures' programs are made of. */
final class Parts {
    /** Mirror sessions of the machine: a program's are numbered from 1. */
    static final int CONTROL_SESSION = 100;
    private static final Set<String> DIGESTED = Set.of("flow", "context", "connection", "digest", "seq", "ack");

    final Program<?> program;
    final Graph graph;
    final Map<String, Integer> widths;
    final Registers registers;
    final Capacity capacity;
    final Set<Workflow> served;
    final Target target;
    final List<String> refused;
    final Map<String, Object> more = new LinkedHashMap<>();
    private final List<Pipe> pipes = new ArrayList<>();
    private final int protocol;
    private final HeaderFormat format;
    private final Map<String, String> carried;
    private Frames frames;

    Parts(Program<?> program, int protocol, Graph graph, Map<String, Integer> widths, HeaderFormat format,
            Map<String, String> carried, Registers registers, Capacity capacity, Set<Workflow> served, Target target,
            List<String> refused) {
        this.program = program;
        this.protocol = protocol;
        this.graph = graph;
        this.widths = widths;
        this.format = format;
        this.carried = carried;
        this.registers = registers;
        this.capacity = capacity;
        this.served = served;
        this.target = target;
        this.refused = refused;
    }

    /** {@return tables of one thread of the pipe, by physical stage; both threads share the stages, ingress comes first} */
    List<Graph.Placed> tables(boolean isIngress) {
        return graph.tables().stream().filter(p -> p.table().isIngress() == isIngress).toList();
    }

    /** {@return all tables as an item meets them} */
    List<Graph.Placed> tables() {
        List<Graph.Placed> all = new ArrayList<>(tables(true));
        all.addAll(tables(false));
        return all;
    }

    /** {@return the tables of a control, written} */
    @SafeVarargs
    final Pipe pipe(List<Graph.Placed>... threads) {
        Pipe pipe = new Pipe(target, registers, capacity.flows(), refused);
        for (List<Graph.Placed> placed : threads) {
            pipe.add(placed);
        }
        pipes.add(pipe);
        return pipe;
    }

    Frames frames(Pipe pipe) {
        Map<Workflow, List<String>> fromHost = new TreeMap<>();
        Frames plain = new Frames(format, protocol, carried, widths, fromHost, pipe);
        for (Workflow w : List.of(Workflow.TX, Workflow.HC)) {
            if (served.contains(w)) {
                Set<String> sent = new TreeSet<>(plain.composed());
                fromHost.put(w, Liveness.needed(tables(), w, sent).stream().filter(widths::containsKey).toList());
            }
        }
        frames = plain;
        return plain;
    }

    String head() {
        return """
            /*
             * %s, written by Millrace for %s: %d flows, %d contexts.
             * A comment before an action says which line of Java it comes from.
             */
            """.formatted(program.name(), target == Target.T2NA ? "Tofino 2 (T2NA)" : "v1model", capacity.flows(), capacity.contexts());
    }

    String constants() {
        Text text = new Text();
        text.line("// What an item is: " + Workflow.class.getSimpleName());
        for (Workflow w : Workflow.values()) {
            text.line("const bit<8> " + w + " = " + w.ordinal() + ";");
        }
        text.gap().line("// How its pass ends");
        text.line("const bit<8> DROP = 1;").line("const bit<8> CONTROL = 2;").line("const bit<8> EMIT = 3;").line("const bit<8> DONE = 4;");
        return text.gap().toString();
    }

    /** The metadata: the program's, temporaries, and what the pass has come to. */
    String metadata() {
        Map<String, Integer> fields = new LinkedHashMap<>();
        widths.forEach(fields::put);
        graph.fields().forEach(f -> fields.put(f.name(), f.bits()));
        Map<String, Integer> kept = new TreeMap<>();
        for (Pipe pipe : pipes) {
            pipe.temporaries().forEach(f -> fields.putIfAbsent(f.name(), f.bits()));
            pipe.kept().forEach(f -> kept.put(f, fields.get(f)));
        }
        Text text = new Text();
        text.line("struct metadata_t {");
        fields.forEach((name, bits) -> {
            StringBuilder lists = new StringBuilder();
            if (target == Target.V1MODEL) {
                List<String> in = new ArrayList<>();
                program.mirrors().stream().filter(m -> m.fields().contains(name)).forEach(m -> in.add(String.valueOf(m.id() + 1)));
                if (name.equals("flow") || name.equals("workflow")) {
                    in.add(String.valueOf(CONTROL_SESSION));
                }
                lists.append(in.isEmpty() ? "" : "@field_list(" + String.join(", ", in) + ") ");
            }
            text.line(lists + "bit<" + bits + "> " + Names.of(name) + ";");
        });
        kept.forEach((name, bits) -> text.line("bit<" + bits + "> was_" + Names.of(name) + "; // before the physical stage"));
        String all = target == Target.V1MODEL ? "@field_list(" + lists() + ") " : "";
        text.line("bit<8> pass_ended; // by which of the program's stages; 255: by none");
        text.line("bit<8> pass_outcome;").line((target == Target.V1MODEL ? "@field_list(" + CONTROL_SESSION + ") " : "") + "bit<8> pass_reason;")
            .line("bit<8> pass_digest;").line(all + "bit<8> pass_mirror; // the session of a copy, from 1");
        text.line("bit<16> header_bytes;").line("bit<16> host_group;").line("bit<8> tick; // which clock a generated packet advances, from 1");
        if (target == Target.T2NA) {
            text.line("PortId_t network_port;").line("PortId_t host_port;").line("MirrorId_t host_session;").line("bit<32> told_present;")
                .line("MirrorId_t copy_session;").line("bit<8> copy_what; // the first byte of a copy");
        }
        return text.line("}").gap().toString();
    }

    private String lists() {
        List<String> lists = new ArrayList<>();
        program.mirrors().forEach(m -> lists.add(String.valueOf(m.id() + 1)));
        lists.add(String.valueOf(CONTROL_SESSION));
        return String.join(", ", lists);
    }

    /** {@return fields that a digest has} */
    List<String> digested() {
        List<String> fields = new ArrayList<>();
        fields.add("workflow");
        widths.keySet().stream().filter(DIGESTED::contains).forEach(fields::add);
        return fields;
    }

    String digest() {
        Text text = new Text().line("struct digest_t { // what the control plane is told");
        digested().forEach(f -> text.line("bit<" + width(f) + "> " + Names.of(f) + ";"));
        return text.line("}").gap().toString();
    }

    int width(String field) {
        return widths.get(field);
    }

    Map<String, Object> manifest() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("program", program.name());
        fields.put("target", target.text());
        fields.put("flows", capacity.flows());
        fields.put("contexts", capacity.contexts());
        fields.putAll(more);
        Map<String, Object> mirrors = new LinkedHashMap<>();
        for (MirrorSession m : program.mirrors()) {
            mirrors.put(String.valueOf(m.id() + 1), Map.of("workflow", m.next().name(), "fields", m.fields().stream().map(Names::of).toList(),
                "bytes", m.fields().stream().mapToInt(widths::get).sum() / 8));
        }
        fields.put("mirrorSessions", mirrors);
        fields.put("digest", Map.of("fields", digested().stream().map(Names::of).toList(),
            "bytes", digested().stream().mapToInt(this::width).sum() / 8));
        fields.put("host", frames.hostFields());
        Map<String, Object> registersOf = new LinkedHashMap<>();
        graph.registers().forEach((stage, plan) -> {
            if (!plan.fields().isEmpty()) {
                registersOf.put(Names.of(stage), plan.fields().stream().map(Expr.Input::name).toList());
            }
        });
        fields.put("registers", registersOf);
        return fields;
    }
}
