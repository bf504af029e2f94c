package org.millrace.cli.instance;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says how an instance is. */
@Command(name = "status", mixinStandardHelpOptions = true,
    description = "Say how an instance is: ready, degraded and why, or down.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:ready", "1:degraded", "2:down, or the command line is wrong"})
public final class StatusCommand implements Callable<Integer> {
    static final List<String> STATES = List.of("ready", "degraded", "down");

    @Mixin
    private Target target;

    /** Made by picocli. */
    StatusCommand() {
    }

    @Override
    public Integer call() throws ToolException {
        Map<String, Object> status = status();
        target.print(status, out -> print(status, out));
        return Math.max(1, 1 + STATES.indexOf(String.valueOf(status.get("state")))) - 1;
    }

    private Map<String, Object> status() throws ToolException {
        try {
            return target.ask("status");
        } catch (ToolException e) {
            if (!e.isDown()) {
                throw e;
            }
            Map<String, Object> down = new LinkedHashMap<>();
            down.put("state", "down");
            down.put("reasons", List.of(e.getMessage()));
            return down;
        }
    }

    private void print(Map<String, Object> status, PrintWriter out) {
        out.println((status.containsKey("instance") ? status.get("instance") + ": " : "")
            + state(String.valueOf(status.get("state"))));
        Values.list(status.get("reasons")).forEach(reason -> out.println("  " + reason));
        if (!status.containsKey("instance")) {
            return;
        }
        Table table = new Table("", "");
        table.row("  hardware", status.get("hardware"));
        table.row("  transports", Values.words(status.get("transports")));
        table.row("  port", status.get("port"));
        if (Values.number(status.get("shards")) > 1) {
            table.row("  shards", status.get("shards"));
        }
        table.row("  addresses", Values.words(status.get("addresses")));
        if (status.containsKey("contexts")) {
            table.row("  contexts", status.get("contexts") + " of " + status.get("contexts_max") + ", with "
                + status.get("connections") + " connections");
            Values.map(status.get("flows")).forEach((transport, flows) ->
                table.row("  flows", flows + " of " + status.get("flows_max") + " (" + transport + ")"));
        }
        Values.maps(status.get("limits")).stream().filter(limit -> Values.number(limit.get("refused")) > 0)
            .forEach(limit -> table.row("  limit", limit.get("key") + " is " + limit.get("limit") + ", turned away "
                + limit.get("refused")));
        table.row("  process", status.get("pid") + ", up " + upTime(Values.number(status.get("started_ms"))));
        table.printRows(out);
    }

    private String state(String state) {
        return target.coloured(state.equals("ready") ? "green" : state.equals("degraded") ? "yellow" : "red", state);
    }

    static String upTime(long startedMs) {
        Duration up = Duration.ofMillis(Math.max(0, System.currentTimeMillis() - startedMs));
        return up.toDays() > 0 ? up.toDays() + " d " + up.toHoursPart() + " h"
            : up.toHours() > 0 ? up.toHours() + " h " + up.toMinutesPart() + " min"
            : up.toMinutes() > 0 ? up.toMinutes() + " min " + up.toSecondsPart() + " s" : up.toSeconds() + " s";
    }
}
