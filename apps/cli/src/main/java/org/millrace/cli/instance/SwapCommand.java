package org.millrace.cli.instance;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Values;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Replaces what runs under live connections. */
@Command(name = "swap", mixinStandardHelpOptions = true, description = {
    "Replace a transport, the hardware, or both under live connections, which notice a short pause at most.",
    "If the new side refuses, nothing has changed and every reason is printed; the exit code is 1."})
public final class SwapCommand implements Callable<Integer> {
    @Mixin
    private Target target;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private Wanted wanted;

    @Option(names = "--new-only", description = "Leave connections that are established with the old transport until they "
        + "end.")
    private boolean newOnly;

    @Option(names = "--canary", arity = "0..1", fallbackValue = "10", paramLabel = "SECONDS", preprocessor = Attached.class, description = {
        "One shard first: after so many seconds (10) it is compared with the others, and goes back if it is worse. For an",
        "instance of several shards."})
    private long canarySeconds;

    /** Made by picocli. */
    SwapCommand() {
    }

    /** Seconds are behind an equals sign: the next word is the instance. */
    static final class Attached implements CommandLine.IParameterPreprocessor {
        /** Made by picocli. */
        Attached() {
        }

        @Override
        public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if ("=".equals(info.get("separator"))) {
                return false;
            }
            option.setValue(Long.valueOf(((OptionSpec) option).fallbackValue()));
            return true;
        }
    }

    /** At least one of them. */
    static final class Wanted {
        @Option(names = "--transport", paramLabel = "NAME", description = "The transport to run: millrace transports.")
        private String transport;

        @Option(names = "--hardware", paramLabel = "NAME", description = "The hardware to run on: millrace hw.")
        private String hardware;

        /** Made by picocli. */
        Wanted() {
        }
    }

    @Override
    public Integer call() throws ToolException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("op", "swap");
        if (wanted.transport != null) {
            request.put("transport", wanted.transport);
        }
        if (wanted.hardware != null) {
            request.put("hardware", wanted.hardware);
        }
        request.put("new_only", newOnly);
        if (canarySeconds != 0) {
            request.put("canary_seconds", canarySeconds);
        }
        Map<String, Object> report = ControlClient.ask(target.instance(), request, canarySeconds);
        target.print(report, out -> print(report, out));
        return 0;
    }

    private static void print(Map<String, Object> report, PrintWriter out) {
        out.println(side(report.get("after")) + " instead of " + side(report.get("before")) + ": "
            + report.get("connections") + " connections handed over, paused for " + report.get("pause_us") + " us");
        if (report.containsKey("canary")) {
            out.println("tried on " + report.get("canary"));
        }
        if (Values.number(report.get("retiring")) > 0) {
            out.println(report.get("retiring") + " connections stay with the old transport until they end");
        }
    }

    private static String side(Object side) {
        return Values.words(Values.map(side).get("transports")) + " on " + Values.map(side).get("hardware");
    }
}
