package org.millrace.launcher;

import org.millrace.demo.DemoCommand;
import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. */
@Command(name = "millrace", mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
    description = "A pluggable transport platform.")
public final class Main {
    /** Made by picocli. */
    Main() {
    }

    /**
     * Runs a command and exits with its code: 0 well, 1 failed, 2 wrong command line or configuration.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        boolean isRun = arguments.length > 0 && arguments[0].equals("run"); // the others would only be read about: it has to be quick
        run(isRun ? commandLine(RunCommand.class) : commandLine(), arguments);
    }

    static void run(CommandLine line, String[] arguments) {
        if (arguments.length == 0) {
            line.usage(System.out);
            System.exit(LaunchException.BAD_CONFIGURATION);
        }
        System.exit(line.execute(arguments));
    }

    static CommandLine commandLine() {
        return commandLine(RunCommand.class, DemoCommand.class, PrepareCommand.class, VersionCommand.class,
            CommandLine.HelpCommand.class);
    }

    private static CommandLine commandLine(Class<?>... commands) {
        CommandLine line = new CommandLine(new Main());
        for (Class<?> command : commands) {
            line.addSubcommand(command);
        }
        return line.setExecutionExceptionHandler((e, command, result) -> {
            if (e instanceof LaunchException launch) {
                System.err.println("millrace: " + launch.getMessage());
                return launch.exitCode();
            }
            e.printStackTrace();
            return LaunchException.FAILED;
        });
    }

    /** Millrace's version and the JDK's. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }

        static String line() {
            return "millrace " + number() + ", Java " + Runtime.version() + ", " + system();
        }

        static String number() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "unpackaged" : version;
        }

        static String system() {
            return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        }
    }
}
