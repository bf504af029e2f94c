package org.millrace.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the tools. */
@Command(name = "millrace", mixinStandardHelpOptions = true,
    description = "Tools for instances, what they keep and what hardware takes.",
    subcommands = {StatusCommand.class, DatapathsCommand.class, LookCommands.Hardware.class,
        LookCommands.Transports.class, ConnsCommand.class, LookCommands.Stats.class, LookCommands.Drops.class,
        TopCommand.class, SwapCommand.class, CaptureCommand.class, TraceCommand.class, FitCommand.class,
        JournalCommand.class, StopCommand.class, CommandLine.HelpCommand.class})
public final class Main {
    /** Exit code: it did not work, a comparison found a difference, or a program is refused. */
    static final int FAILED = 1;

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
        return new CommandLine(new Main()).setExecutionExceptionHandler((e, command, result) -> {
            if (!(e instanceof ToolException)) {
                throw e;
            }
            command.getErr().println("millrace: " + e.getMessage());
            return FAILED;
        });
    }
}
