package org.millrace.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trace points of what runs. */
@Command(name = "trace", mixinStandardHelpOptions = true, description = {
    "Turn trace points on and off, and read what they have recorded.",
    "On and off are swaps to the same program with and without them: off, they cost nothing."})
final class TraceCommand {
    /** Made by picocli. */
    TraceCommand() {
    }

    @Command(name = "on", mixinStandardHelpOptions = true, description = "Turn trace points on; others go off.")
    int on(@Mixin Target target, @Option(names = "--points", split = ",", paramLabel = "POINT", defaultValue = "all",
            description = "RX.protocol for one stage, RX for a workflow, all (default: ${DEFAULT-VALUE}).")
            List<String> points) throws ToolException {
        return swap(target, "on", Map.of("points", points), "traces " + String.join(", ", points));
    }

    @Command(name = "off", mixinStandardHelpOptions = true, description = "Turn all trace points off.")
    int off(@Mixin Target target) throws ToolException {
        return swap(target, "off", Map.of(), "traces no more");
    }

    private static int swap(Target target, String action, Map<String, ?> more, String done) throws ToolException {
        InstanceFiles instance = target.instance();
        Map<String, Object> request = new LinkedHashMap<>(Map.of("op", "trace", "action", action));
        request.putAll(more);
        Map<String, Object> report = ControlClient.ask(instance, request);
        target.print(report, out -> out.println(instance.name() + " " + done + ", paused for " + report.get("pause_us")
            + " us"));
        return 0;
    }

    @Command(name = "dump", mixinStandardHelpOptions = true,
        description = "Print what has been recorded since the last time, oldest first.")
    int dump(@Mixin Target target) throws ToolException {
        try (ControlClient client = ControlClient.request(target.instance(), Map.of("op", "trace", "action", "dump"))) {
            Map<String, Object> next = client.next();
            for (; next.get("item") != null; next = client.next()) {
                Map<String, Object> item = Values.map(next.get("item"));
                target.print(item, out -> out.println(item.get("line")));
            }
            Map<String, Object> result = Values.map(next.get("result"));
            if (target.isJson() || Values.number(result.get("lost")) > 0) {
                target.print(result, out -> out.println(result.get("lost") + " records before these are lost"));
            }
        }
        return 0;
    }
}
