package org.millrace.launcher;

import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;

/**
 * The command line with the tools in it, which have a class path of their own: {@code lib}, {@code bundles} and
 * {@code tools} of the image. What runs a runtime begins at {@link Main} and loads none of that.
 */
public final class Everything {
    private Everything() {
    }

    /**
     * Runs a command and exits with its code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
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
        Main.run(line, arguments);
    }
}
