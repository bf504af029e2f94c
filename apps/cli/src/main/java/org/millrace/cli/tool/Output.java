package org.millrace.cli.tool;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where and how a command prints. */
public class Output {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "Print JSON, an object a line.")
    private boolean json;

    /** Made by picocli. */
    public Output() {
    }

    public boolean isJson() {
        return json;
    }

    public PrintWriter out() {
        return command.commandLine().getOut();
    }

    /** {@return a text in a colour, if there is a terminal that shows it (and NO_COLOR is not set)} */
    public String coloured(String colour, String text) {
        return command.commandLine().getColorScheme().ansi().string("@|" + colour + " " + text + "|@");
    }

    /** Prints an answer as it is, or as {@code text} does. */
    public void print(Map<String, ?> answer, Consumer<PrintWriter> text) {
        if (json) {
            out().println(json(answer));
        } else {
            text.accept(out());
        }
        out().flush();
    }

    public static String json(Map<String, ?> object) {
        try {
            return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
        } catch (IOException e) {
            throw new IllegalStateException(e); // maps, lists, texts and numbers
        }
    }
}
