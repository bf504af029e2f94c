package org.millrace.tofino;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.millrace.api.hardware.FitReport;
import org.millrace.tofino.alu.Instruction;
import org.millrace.tofino.alu.RegisterPlan;

/** A report as a table for people. */
public final class ReportText {
    private ReportText() {
    }

    /** {@return the report as lines of text}
     * @param report the report
     * @param base   the program without its options, to say what they add; if there are any */
    public static String of(TofinoReport report, Optional<TofinoReport> base) {
        StringBuilder out = new StringBuilder();
        line(out, "%s on hw-tofino, %d flows, %d contexts: %s", report.program(), report.capacity().flows(),
            report.capacity().contexts(), report.fit().fits() ? "fits" : "refused");
        for (FitReport.Reason r : report.fit().refused()) {
            line(out, "  %s", r);
        }
        if (report.fit().fits()) {
            fits(out, report, base.filter(b -> b.fit().fits()));
        }
        return out.toString();
    }

    private static void fits(StringBuilder out, TofinoReport report, Optional<TofinoReport> base) {
        line(out, "%n%-22s %8s %8s %8s %14s%s", "", "used", "of", "share", report.isOfTheDissertation() ? "dissertation" : "",
            base.isPresent() ? "  options add" : "");
        List<TofinoReport.Row> rows = report.rows();
        for (int i = 0; i < rows.size(); i++) {
            TofinoReport.Row row = rows.get(i);
            int number = i;
            line(out, "%-22s %8d %8d %7.1f%% %14s%s", row.name(), row.used(), row.of(), row.share(),
                row.dissertation() == 0 ? "" : String.format(Locale.ROOT, "%8d %4.1f%%", row.dissertation(),
                    100.0 * row.dissertation() / row.of()),
                base.map(b -> String.format(Locale.ROOT, "%+13d", row.used() - b.rows().get(number).used())).orElse(""));
        }
        line(out, "%-22s %8.0f ns %27s%s", "latency", report.latencyNs(), report.isOfTheDissertation() ? "395 ns" : "",
            base.map(b -> String.format(Locale.ROOT, "%+10.0f ns", report.latencyNs() - b.latencyNs())).orElse(""));
        line(out, "%-22s %8.2f W %28s%s", "power of a pipe", report.wattsPerPipe(), report.isOfTheDissertation() ? "2.8 W" : "",
            base.map(b -> String.format(Locale.ROOT, "%+11.2f W", report.wattsPerPipe() - b.wattsPerPipe())).orElse(""));
        line(out, "%ncritical path: %s", report.placement().criticalPath().stream().map(t -> t + "@"
            + report.placement().places().get(t)).collect(Collectors.joining(" -> ")));
        line(out, "%nstage  tables");
        for (int stage = 0; stage < report.placement().stages(); stage++) {
            int number = stage;
            line(out, "%5d  %s", stage, report.placement().places().entrySet().stream()
                .filter(e -> e.getValue() == number).map(Map.Entry::getKey)
                .map(t -> t + (t.isIngress() ? " (ingress)" : "")).collect(Collectors.joining(", ")));
        }
        line(out, "%nregister               instructions [compares, values, output words, operands]");
        for (Map.Entry<String, RegisterPlan> plan : report.registers().entrySet()) {
            line(out, "%-22s %s", plan.getKey(), plan.getValue().instructions().stream().map(Instruction::toString)
                .collect(Collectors.joining(" ")));
        }
        line(out, "");
        report.notes().forEach(note -> line(out, "- %s", note));
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
