package org.millrace.cli;

import org.millrace.cli.fit.FitCommand;
import org.millrace.cli.instance.CaptureCommand;
import org.millrace.cli.instance.ConnsCommand;
import org.millrace.cli.instance.DatapathsCommand;
import org.millrace.cli.instance.LookCommands;
import org.millrace.cli.instance.StatusCommand;
import org.millrace.cli.instance.StopCommand;
import org.millrace.cli.instance.SwapCommand;
import org.millrace.cli.instance.TopCommand;
import org.millrace.cli.instance.TraceCommand;
import org.millrace.cli.journal.JournalCommand;
import org.millrace.cli.testbed.TestbedCommand;
import org.millrace.cli.tool.ToolException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of the tools. */
@Command(name = "millrace", mixinStandardHelpOptions = true,
    description = "Tools for instances, what they keep and what hardware takes.",
    subcommands = {StatusCommand.class, DatapathsCommand.class, LookCommands.Hardware.class,
        LookCommands.Transports.class, ConnsCommand.class, LookCommands.Stats.class, LookCommands.Drops.class,
        TopCommand.class, SwapCommand.class, CaptureCommand.class, TraceCommand.class, FitCommand.class,
        JournalCommand.class, TestbedCommand.class, StopCommand.class, CommandLine.HelpCommand.class})
public final class Main {
    /** Made by picocli. */
    Main() {
    }

    /**
     * Runs a tool and exits with its code: 0 well, 1 failed, 2 wrong command line.
     *
     * @param arguments the tool and its options
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** {@return all tools, to be run in this process, too} */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        IParameterExceptionHandler usage = line.getParameterExceptionHandler();
        return line.setParameterExceptionHandler((e, arguments) -> {
            if (e instanceof MissingParameterException || e instanceof UnmatchedArgumentException) {
                return usage.handleParseException(e, arguments);
            }
            e.getCommandLine().getErr().println("millrace: " + e.getMessage()); // a value is wrong, the command is known
            return ToolException.EXIT_WRONG;
        }).setExecutionExceptionHandler((e, command, result) -> {
            if (!(e instanceof ToolException refusal)) {
                throw e;
            }
            command.getErr().println("millrace: " + e.getMessage());
            return refusal.exitCode();
        });
    }
}
