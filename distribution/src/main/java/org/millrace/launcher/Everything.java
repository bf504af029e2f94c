package org.millrace.launcher;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;

/**
 * The command line with the tools in it, which have a class path of their own: {@code lib}, {@code bundles} and
 * {@code tools} of the image. What runs a runtime begins at {@link Main} and loads none of that.
 */
public final class Everything {
    private static final String REHEARSE = "--rehearse";

    private Everything() {
    }

    /**
     * Runs a command and exits with its code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        if (List.of(arguments).equals(List.of(REHEARSE))) {
            rehearse();
            return;
        }
        Main.run(meant(arguments), arguments);
    }

    /** {@return the one tool that is meant, or all commands} */
    private static CommandLine meant(String... arguments) {
        return (arguments.length == 0 ? Optional.<CommandLine>empty() : org.millrace.cli.Main.tool(arguments[0]))
            .orElseGet(Everything::commandLine);
    }

    /** What bin/millrace has recorded for the tools' cache: each is begun, and says nothing. */
    private static void rehearse() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (String typed : List.of("--help", "status", "datapaths", "conns nobody", "stats nobody", "top nobody",
            "swap nobody --transport none", "trace dump nobody", "journal dump nobody", "fit tcp-flextoe hw-bluefield",
            "fit tcp-laminar hw-tofino")) {
            meant(typed.split(" ")).setOut(nowhere).setErr(nowhere).execute(typed.split(" "));
        }
    }

    /** {@return all commands} */
    static CommandLine commandLine() {
        CommandLine line = Main.commandLine();
        CommandLine tools = org.millrace.cli.Main.commandLine();
        tools.getSubcommands().forEach((name, command) -> {
            if (!line.getSubcommands().containsKey(name)) {
                line.addSubcommand(name, command);
            }
        });
        line.setParameterExceptionHandler(tools.getParameterExceptionHandler());
        IExecutionExceptionHandler launcher = line.getExecutionExceptionHandler();
        IExecutionExceptionHandler tool = tools.getExecutionExceptionHandler();
        line.setExecutionExceptionHandler((e, command, result) ->
            (e instanceof LaunchException ? launcher : tool).handleExecutionException(e, command, result));
        return line;
    }
}
