package org.millrace.cli.instance;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what an instance is doing, live. */
@Command(name = "top", mixinStandardHelpOptions = true, description = {
    "Show an instance's rates, its busiest connections and what it drops, live, until this command is ended.",
    "Without a terminal, or with --json, it shows one interval."})
public final class TopCommand implements Callable<Integer> {
    private static final String HOME_AND_CLEAR = "\033[H\033[J"; // ECMA-48 §8.3.21, §8.3.39
    private static final long FOR_EVER = 1_000_000;
    private static final double KILO = 1000;

    @Mixin
    private Target target;

    @Option(names = "--interval-ms", paramLabel = "N", defaultValue = "1000",
        description = "Time between two looks, 50 to 60000 (default: ${DEFAULT-VALUE}).")
    private long intervalMs;

    @Option(names = "--count", paramLabel = "N", description = "How many looks.")
    private Long count;

    @Option(names = "--lines", paramLabel = "N", defaultValue = "10",
        description = "How many connections, 0 to 100 (default: ${DEFAULT-VALUE}).")
    private int lines;

    /** Made by picocli. */
    TopCommand() {
    }

    @Override
    public Integer call() throws ToolException {
        boolean live = !target.isJson() && System.console() != null && System.console().isTerminal();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", "top");
        request.put("interval_ms", intervalMs);
        request.put("count", count != null ? count : live ? FOR_EVER : 1);
        request.put("lines", lines);
        try (ControlClient client = ControlClient.request(target.instance(), request)) {
            for (Object item = client.next().get("item"); item != null; item = client.next().get("item")) {
                Map<String, Object> look = Values.map(item);
                target.print(look, out -> {
                    out.print(live ? HOME_AND_CLEAR : "");
                    print(look, out);
                });
            }
        }
        return 0;
    }

    private static void print(Map<String, Object> look, PrintWriter out) {
        Map<String, Object> rates = Values.map(look.get("per_second"));
        out.println(look.get("instance") + ": " + look.get("state") + "   " + Values.words(look.get("transports")) + " on "
            + look.get("hardware") + "   " + look.get("connections") + " connections in " + look.get("contexts")
            + " contexts");
        Values.list(look.get("reasons")).forEach(reason -> out.println("  " + reason));
        out.println("port  in " + rate(rates, "port.received frames") + " frames/s, "
            + bits(rates.get("port.received bytes")) + "   out " + rate(rates, "port.transmitted frames") + " frames/s, "
            + bits(rates.get("port.transmitted bytes")));
        Table segments = new Table("", ">Segments in/s", ">Segments out/s", ">Payload out");
        for (Object name : Values.list(look.get("transports"))) {
            segments.row(name, rate(rates, name + ".received segments"), rate(rates, name + ".sent segments"),
                bits(rates.get(name + ".sent payload bytes")));
        }
        segments.print(out);
        connections(Values.maps(look.get("busiest")), out);
        drops(look, rates, out);
    }

    private static void connections(List<Map<String, Object>> busiest, PrintWriter out) {
        Table table = new Table("Busiest", "Peer", "Transport", "State", ">In", ">Out");
        busiest.forEach(line -> table.row(line.get("local"), line.get("peer"), line.get("transport"), line.get("state"),
            bits(line.get("received_per_second")), bits(line.get("sent_per_second"))));
        out.println();
        table.print(out);
    }

    private static void drops(Map<String, Object> look, Map<String, Object> rates, PrintWriter out) {
        Table table = new Table("Dropped", ">A second", ">In all");
        Values.map(look.get("drops")).forEach((reason, all) -> table.row(reason, rate(rates, "drop." + reason), all));
        table.row("by the port, in", rate(rates, "port.receive drops"), look.get("port_receive"));
        table.row("by the port, out", rate(rates, "port.transmit drops"), look.get("port_transmit"));
        out.println();
        table.print(out);
    }

    private static String rate(Map<String, Object> rates, String name) {
        return scaled(value(rates.get(name))).strip();
    }

    private static String bits(Object bytesPerSecond) {
        return scaled(8 * value(bytesPerSecond)) + "bit/s"; // 1.2 Mbit/s, 0 bit/s
    }

    private static double value(Object number) {
        return number instanceof Number n ? n.doubleValue() : 0;
    }

    private static String scaled(double value) {
        String units = " kMGT";
        double scaled = value;
        int unit = 0;
        while (scaled >= KILO && unit < units.length() - 1) {
            scaled /= KILO;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f " : "%.1f ", scaled) + units.substring(unit, unit + 1).strip();
    }
}
