package org.millrace.tofino;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.millrace.tofino.graph.Table;
import org.millrace.tofino.placement.Resources;

/** Why Laminar's figures differ from Table 5.2: one line a row, by name of what takes it; the numbers add up. */
final class Differences {
    /** Registers that §5.3 names, or that hold what it says is kept. */
    private static final Set<String> CORE = Set.of("rx-next", "rx-ooo-tail", "rx-ooo-head", "tx-next-ack", "tx-dupack",
        "tx-credits", "tx-remote-edge", "acked-bytes");
    private static final double DISSERTATION_NS = 395;
    private static final double DISSERTATION_WATTS = 2.8;
    private static final double DISSERTATION_MHZ = 1200; // 1.2 Gpkt/s a pipe (§5.5.1.3), a packet each clock
    private static final int NAMED = 9;

    private Differences() {
    }

    static List<String> of(TofinoReport report) {
        List<String> lines = new ArrayList<>();
        for (TofinoReport.Row row : report.rows()) {
            lines.add(String.format(Locale.ROOT, "%s: %d here, %d there (%+d): %s", row.name(), row.used(), row.dissertation(),
                row.used() - row.dissertation(), why(report, row)));
        }
        int cycles = report.placement().latencyCycles();
        lines.add(String.format(Locale.ROOT, "latency: %.0f ns here, %.0f there (%+.0f): %d cycles of ingress and egress stages, %.0f ns at "
            + "the %.0f MHz of its switch; there parser, deparser and queues may be in it", report.latencyNs(), DISSERTATION_NS,
            report.latencyNs() - DISSERTATION_NS, cycles, cycles * 1000 / DISSERTATION_MHZ, DISSERTATION_MHZ));
        lines.add(String.format(Locale.ROOT, "power: %.2f W here, %.1f there (%+.2f): registers of the costliest workflow %.2f W, its tables "
            + "%.2f W; there 21 registers are 1.2 W at most, the rest tables of L2, L3 and RDMA that are not here",
            report.wattsPerPipe(), DISSERTATION_WATTS, report.wattsPerPipe() - DISSERTATION_WATTS,
            report.placement().powerMicrowatt(true) / 1e6, report.wattsPerPipe() - report.placement().powerMicrowatt(true) / 1e6));
        return lines;
    }

    private static String why(TofinoReport report, TofinoReport.Row row) {
        return switch (row.name()) {
            case "stages" -> "the chain " + report.placement().criticalPath().stream().map(Table::stage).distinct()
                .collect(Collectors.joining(", "));
            case "SRAM" -> parts(report, Resources::sram, row.used(), 1);
            case "map RAM" -> parts(report, Resources::mapRam, row.used(), 1);
            case "TCAM" -> parts(report, Resources::tcam, row.used(), 1);
            case "VLIW" -> parts(report, Resources::vliw, row.used(), report.machine().stage().vliwColours());
            case "stateful ALU" -> parts(report, Resources::alus, row.used(), 1);
            case "gateways" -> parts(report, Resources::gateways, row.used(), 1);
            default -> "operands of registers and keys, and what gateways test: a byte is there once a stage";
        };
    }

    /** The registers of the text together, the others by name, the smallest together. */
    private static String parts(TofinoReport report, ToIntFunction<Resources> amount, int used, int share) {
        Map<String, Integer> by = new TreeMap<>();
        for (Table t : report.placement().places().keySet()) {
            int n = amount.applyAsInt(report.placement().needs(t));
            boolean isCore = t.kind() == Table.Kind.REGISTER && CORE.contains(t.stage());
            if (n > 0) {
                by.merge(isCore ? "the text's registers" : t.stage(), n, Integer::sum);
            }
        }
        List<String> names = new ArrayList<>(by.keySet());
        names.sort(Comparator.comparingInt((String n) -> -by.get(n)).thenComparing(n -> n));
        int all = by.values().stream().mapToInt(Integer::intValue).sum();
        String text = names.stream().limit(NAMED).map(n -> n + ' ' + by.get(n)).collect(Collectors.joining(", "));
        int rest = names.stream().skip(NAMED).mapToInt(by::get).sum();
        text += rest == 0 ? "" : ", " + (names.size() - NAMED) + " more " + rest;
        return share == 1 ? text : text + ": " + all + " actions, " + share + " a row, and always-run actions and half-filled rows make "
            + used;
    }
}
