package org.millrace.tofino;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.millrace.tofino.placement.Resources;
import org.millrace.tofino.graph.Table;

/** A report as a drawing: a column a stage with its tables, and below it the share of what they occupy. */
public final class ReportSvg {
    private static final int COLUMN = 118;
    private static final int LINE = 15;
    private static final int LEFT = 80;
    private static final int TOP = 44;

    private static final String REGISTER = "#f4b183";
    private static final String MEMORY = "#a9d18e";
    private static final String PLAIN = "#dae3f3";
    private static final String BAR = "#5b7db1";
    private static final String[] BARS = {"SRAM", "map RAM", "TCAM", "VLIW", "stateful ALU", "crossbar", "gateways"};

    private final Map<Table, String> middles = new HashMap<>();
    private final StringBuilder out = new StringBuilder();

    private ReportSvg() {
    }

    /** {@return the drawing}
     * @param report the report */
    public static String of(TofinoReport report) {
        return new ReportSvg().draw(report);
    }

    private String draw(TofinoReport report) {
        int stages = report.machine().pipe().stages();
        int deepest = 1;
        for (int stage = 0; stage < stages; stage++) {
            deepest = Math.max(deepest, tables(report, stage).size());
        }
        int barsAt = TOP + (deepest + 1) * LINE;
        int legendAt = barsAt + (BARS.length + 1) * LINE;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
            + "font-size=\"10\">", LEFT + stages * COLUMN + 10, legendAt + 2 * LINE);
        add("<text x=\"8\" y=\"16\" font-size=\"14\">%s on %s</text>", escaped(report.program()), TofinoBackend.NAME);
        for (int i = 0; i < BARS.length; i++) {
            add("<text x=\"8\" y=\"%d\">%s</text>", barsAt + (i + 1) * LINE - 4, BARS[i]);
        }
        for (int stage = 0; stage < stages; stage++) {
            column(report, stage, barsAt);
        }
        criticalPath(report);
        legend(legendAt);
        return out.append("</svg>\n").toString();
    }

    private void criticalPath(TofinoReport report) {
        String points = report.placement().criticalPath().stream().map(middles::get).collect(Collectors.joining(" "));
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"#c00000\" stroke-width=\"1.5\"><title>critical path</title></polyline>", points);
    }

    private void legend(int y) {
        String[][] entries = {{REGISTER, "register"}, {MEMORY, "table with memory"}, {PLAIN, "gateways and actions"},
            {BAR, "share of the stage"}, {"#c00000", "critical path"}};
        int x = LEFT;
        for (String[] entry : entries) {
            add("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"%d\" fill=\"%s\"/>", x, y, LINE - 5, entry[0]);
            add("<text x=\"%d\" y=\"%d\">%s</text>", x + 16, y + 9, entry[1]);
            x += COLUMN + 20;
        }
    }

    private static List<Table> tables(TofinoReport report, int stage) {
        return report.placement().places().entrySet().stream().filter(e -> e.getValue() == stage)
            .map(Map.Entry::getKey).toList();
    }

    private void column(TofinoReport report, int stage, int barsAt) {
        int x = LEFT + stage * COLUMN;
        add("<text x=\"%d\" y=\"%d\" fill=\"#666\">stage %d</text>", x, TOP - 8, stage);
        int y = TOP;
        for (Table table : tables(report, stage)) {
            Resources needs = report.placement().needs(table);
            String fill = needs.alus() > 0 ? REGISTER : needs.sram() > 0 ? MEMORY : PLAIN;
            add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"#888\"/>", x, y, COLUMN - 6,
                LINE - 2, fill);
            add("<text x=\"%d\" y=\"%d\">%s<title>%s</title></text>", x + 2, y + 10, escaped(table.toString()),
                escaped(Fitter.text(needs)));
            middles.put(table, (x + (COLUMN - 6) / 2) + "," + (y + LINE / 2));
            y += LINE;
        }
        Resources used = report.placement().used().get(stage);
        var s = report.machine().stage();
        double[] shares = {(double) used.sram() / s.sramBlocks(), (double) used.mapRam() / s.mapRams(),
            (double) used.tcam() / s.tcamBlocks(), (double) used.vliw() / (s.vliwRows() * s.vliwColours()),
            (double) used.alus() / s.meterAlus(), (double) used.crossbarBytes() / s.exactCrossbarBytes(),
            (double) used.gateways() / s.gateways()};
        for (int i = 0; i < shares.length; i++) {
            add("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"" + BAR + "\"/>", x, barsAt + i * LINE + 2,
                shares[i] * (COLUMN - 6), LINE - 5);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
