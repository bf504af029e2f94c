package org.millrace.cli.instance;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.Workflow;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Trace points of what runs. */
@Command(name = "trace", mixinStandardHelpOptions = true, description = {
    "Turn trace points on and off, and read what they have recorded.",
    "On and off are swaps to the same program with and without them: off, they cost nothing."})
public final class TraceCommand {
    /** Made by picocli. */
    TraceCommand() {
    }

    @Command(name = "on", mixinStandardHelpOptions = true, description = "Turn trace points on; others go off.")
    int on(@Mixin Target target, @Parameters(index = "1..*", paramLabel = "POINT",
            description = "RX.protocol for one stage, RX for a workflow, all (default: all).")
            List<String> named) throws ToolException {
        List<String> points = target.words(named, TraceCommand::isPoint);
        if (points.isEmpty()) {
            points.add("all");
        }
        return swap(target, "on", Map.of("points", points), "traces " + String.join(", ", points));
    }

    private static boolean isPoint(String word) {
        return word.equals("all") || Arrays.stream(Workflow.values())
            .anyMatch(workflow -> word.equals(workflow.name()) || word.startsWith(workflow.name() + "."));
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
            boolean recorded = false;
            Map<String, Object> next = client.next();
            for (; next.get("item") != null; next = client.next()) {
                recorded = true;
                Map<String, Object> item = Values.map(next.get("item"));
                target.print(item, out -> out.println(item.get("line")));
            }
            Map<String, Object> result = Values.map(next.get("result"));
            if (!target.isJson() && !recorded && !Values.flag(result.get("on"))) {
                target.print(result, out -> out.println("tracing is off: millrace trace on"));
            } else if (target.isJson() || Values.number(result.get("lost")) > 0) {
                target.print(result, out -> out.println(result.get("lost") + " records before these are lost"));
            }
        }
        return 0;
    }
}
