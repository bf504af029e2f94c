package org.millrace.cli.journal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.ToolException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What can be done with journals. */
@Command(name = "journal", mixinStandardHelpOptions = true,
    description = "Read, or replay, the record of a context's descriptors.")
public final class JournalCommand {
    @Spec
    private CommandSpec spec;

    /** Made by picocli. */
    JournalCommand() {
    }

    /** Which journal, and how to print. */
    static final class Choice {
        @Parameters(index = "0", paramLabel = "DIR|INSTANCE",
            description = "A directory with journals, or the instance that wrote them.")
        private String where;

        @Option(names = "--context", paramLabel = "N", defaultValue = "-1", description = "Only this context's number.")
        private int context;

        @Option(names = "--json", description = "Print a JSON object a line.")
        private boolean json;

        /** Made by picocli. */
        Choice() {
        }
    }

    @Command(name = "dump", mixinStandardHelpOptions = true, description = {"Print every descriptor, oldest first.",
        "> is a request of the application, < an event for it; times are seconds on the data path's clock."})
    int dump(@Mixin Choice choice) throws ToolException {
        PrintWriter out = spec.commandLine().getOut();
        for (Path journal : JournalPlace.find(choice.where)) {
            JournalPlace.read(journal, choice.context, descriptor -> out.println(
                choice.json ? json(descriptor) : text(descriptor)));
        }
        out.flush();
        return 0;
    }

    private static String text(RecordedDescriptor descriptor) {
        StringBuilder line = new StringBuilder(String.format("%16.9f  context %d  %s %-9s",
            descriptor.entry().timeNs() / 1e9, descriptor.entry().context(), descriptor.isRequest() ? ">" : "<",
            descriptor.typeName()));
        descriptor.fields().forEach((name, value) -> line.append("  ").append(name).append(' ')
            .append(name.equals("connection") ? String.format("%08x", value) : value));
        return line.toString();
    }

    private static String json(RecordedDescriptor descriptor) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("time_ns", descriptor.entry().timeNs());
        object.put("context", descriptor.entry().context());
        object.put("direction", descriptor.isRequest() ? "request" : "event");
        object.put("type", descriptor.typeName());
        object.putAll(descriptor.fields());
        return Output.json(object);
    }

    @Command(name = "replay", mixinStandardHelpOptions = true, description = {
        "Replay a recorded context against a fresh data path, and compare.",
        "A second Millrace host over the memory port does what the recorded peers did. Exits with 1 at a difference."})
    int replay(@Mixin Choice choice) throws ToolException {
        PrintWriter out = spec.commandLine().getOut();
        boolean equal = true;
        boolean any = false;
        for (Path journal : JournalPlace.find(choice.where)) {
            for (JournalPlace.Recording recording : JournalPlace.recordings(journal)) {
                if (choice.context < 0 || choice.context == recording.context()) {
                    ReplayReport report = Replay.run(recording);
                    out.println(choice.json ? Output.json(report.fields()) : report.text());
                    equal &= report.isEqual();
                    any = true;
                }
            }
        }
        out.flush();
        if (!any) {
            throw new ToolException("no descriptor of context " + choice.context + " is in the journals at " + choice.where);
        }
        return equal ? 0 : ToolException.EXIT_FAILED;
    }
}
