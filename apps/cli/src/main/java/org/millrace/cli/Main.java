package org.millrace.cli;

import java.util.Optional;
import org.millrace.cli.fit.FitCommand;
import org.millrace.cli.fit.P4Command;
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
import org.millrace.cli.lab.LabCommand;
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
        TopCommand.class, SwapCommand.class, CaptureCommand.class, TraceCommand.class, FitCommand.class, P4Command.class,
        JournalCommand.class, LabCommand.class, TestbedCommand.class, StopCommand.class, CommandLine.HelpCommand.class})
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
        return handled(new CommandLine(new Main()));
    }

    /**
     * {@return one tool, empty if none has that name} To make all of them takes longer than what most of them do.
     *
     * @param name the tool's
     */
    public static Optional<CommandLine> tool(String name) {
        for (Class<?> type : Main.class.getAnnotation(Command.class).subcommands()) {
            if (type.getAnnotation(Command.class).name().equals(name)) {
                return Optional.of(handled(new CommandLine(new One()).addSubcommand(type)));
            }
        }
        return Optional.empty();
    }

    @Command(name = "millrace", mixinStandardHelpOptions = true)
    private static final class One {
    }

    private static CommandLine handled(CommandLine line) {
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
