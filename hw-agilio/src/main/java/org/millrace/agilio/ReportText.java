package org.millrace.agilio;

import java.util.Locale;

/** A report as a table for people. */
public final class ReportText {
    private ReportText() {
    }

    /**
     * {@return the report as lines of text}
     *
     * @param report the report
     */
    public static String of(AgilioReport report) {
        StringBuilder out = new StringBuilder();
        line(out, "%s on %s, %d flows, %d contexts: %s", report.program(), AgilioBackend.NAME, report.capacity().flows(),
            report.capacity().contexts(), report.fit().fits() ? "fits" : "refused");
        report.fit().refused().forEach(reason -> line(out, "  %s", reason));
        line(out, "%n%-26s %12s %12s %8s", "", "used", "of", "share");
        for (AgilioReport.Row row : report.rows()) {
            line(out, "%-26s %12d %12d %7.1f%%", row.name(), row.used(), row.of(), row.share());
        }
        line(out, "%n%-10s %-18s %4s %7s %12s %6s %6s  stages, as %s has them", "place", "islands", "FPCs", "threads", "instructions",
            "local", "state", report.mapping().name());
        for (AgilioReport.Place p : report.places()) {
            line(out, "%-10s %-18s %4d %7d %12d %6d %6d  %s", p.place().name(), report.islands(p.place()).replaceFirst("islands? ", ""),
                p.place().fpcs(), p.place().threads(), p.instructions(), p.localBytes(), p.stateBytes(),
                p.isIdle() ? "- idle, for what is added" : String.join(", ", p.stages()));
        }
        line(out, "");
        line(out, "- FPCs are those on each island; instructions are of an FPC's code store, local and state bytes of local memory and of a "
            + "flow");
        line(out, "- instructions are counted in the compiled stages and scaled by what FlexTOE's own took on the NFP");
        return out.toString();
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
