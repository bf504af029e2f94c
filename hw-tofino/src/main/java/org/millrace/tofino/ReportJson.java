package org.millrace.tofino;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.millrace.api.hardware.FitReport;
import org.millrace.tofino.alu.Instruction;

/** A report as JSON (RFC 8259). */
public final class ReportJson {
    private ReportJson() {
    }

    /** {@return the report as one JSON object}
     * @param report the report
     * @param base   the program without its options, to say what they add; if there are any */
    public static String of(TofinoReport report, Optional<TofinoReport> base) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("program", report.program());
        json.put("hardware", TofinoBackend.NAME);
        json.put("flows", report.capacity().flows());
        json.put("contexts", report.capacity().contexts());
        json.put("fits", report.fit().fits());
        json.put("refused", report.fit().refused().stream().map(ReportJson::reason).toList());
        json.put("resources", report.rows().stream().map(ReportJson::row).toList());
        json.put("latencyNs", report.latencyNs());
        json.put("wattsPerPipe", report.wattsPerPipe());
        base.ifPresent(b -> json.put("optionsAdd", added(report, b)));
        json.put("criticalPath", report.placement().criticalPath().stream().map(Object::toString).toList());
        json.put("tables", tables(report));
        Map<String, Object> registers = new LinkedHashMap<>();
        report.registers().forEach((name, plan) -> registers.put(name,
            plan.instructions().stream().map(Instruction::toString).toList()));
        json.put("registers", registers);
        json.put("notes", report.notes());
        return text(json);
    }

    private static Map<String, Object> reason(FitReport.Reason r) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("stage", r.stage());
        json.put("method", r.method());
        json.put("line", r.line());
        json.put("operation", r.detail());
        json.put("limit", r.limit());
        return json;
    }

    private static Map<String, Object> row(TofinoReport.Row r) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", r.name());
        json.put("used", r.used());
        json.put("of", r.of());
        if (r.dissertation() != 0) {
            json.put("dissertation", r.dissertation());
        }
        return json;
    }

    private static Map<String, Object> added(TofinoReport report, TofinoReport base) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (int i = 0; i < report.rows().size(); i++) {
            TofinoReport.Row row = report.rows().get(i);
            json.put(row.name(), row.used() - base.rows().get(i).used());
        }
        json.put("latencyNs", report.latencyNs() - base.latencyNs());
        json.put("wattsPerPipe", report.wattsPerPipe() - base.wattsPerPipe());
        return json;
    }

    private static List<Map<String, Object>> tables(TofinoReport report) {
        List<Map<String, Object>> tables = new ArrayList<>();
        report.placement().places().forEach((table, stage) -> {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("table", table.toString());
            json.put("stage", stage);
            json.put("thread", table.isIngress() ? "ingress" : "egress");
            json.put("workflows", table.workflows().stream().map(Enum::name).toList());
            json.put("sram", report.placement().needs(table).sram());
            json.put("mapRam", report.placement().needs(table).mapRam());
            json.put("statefulAlus", report.placement().needs(table).alus());
            json.put("vliw", report.placement().needs(table).vliw());
            json.put("gateways", report.placement().needs(table).gateways());
            tables.add(json);
        });
        return tables;
    }

    private static String text(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.entrySet().stream().map(e -> text(e.getKey()) + ":" + text(e.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
            case Collection<?> list -> list.stream().map(ReportJson::text).collect(Collectors.joining(",", "[", "]"));
            case String s -> quoted(s);
            default -> value.toString();
        };
    }

    private static String quoted(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
