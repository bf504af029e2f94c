package org.millrace.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Writes what shells and man(1) want to know of the command line, from the commands themselves. For the build. */
public final class Handbook {
    private static final String NAME = "millrace";

    private Handbook() {
    }

    /**
     * Writes completion for bash and zsh and a manual page.
     *
     * @param arguments the directory that becomes {@code share}
     * @throws IOException if it cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Path share = Path.of(arguments[0]);
        CommandLine commands = Everything.commandLine();
        String completion = AutoComplete.bash(NAME, commands);
        write(share.resolve("bash-completion/completions/millrace"), completion);
        write(share.resolve("zsh/site-functions/_millrace"), "#compdef millrace\n" + completion);
        write(share.resolve("man/man1/millrace.1"), manual(commands));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** man(7). */
    private static String manual(CommandLine all) {
        StringBuilder page = new StringBuilder(".TH MILLRACE 1 \"\" \"millrace " + Main.Version.number() + "\"\n");
        page.append(".SH NAME\nmillrace \\- run and operate a pluggable transport platform\n");
        page.append(".SH SYNOPSIS\n.B millrace\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n");
        page.append(".SH DESCRIPTION\nMillrace loads hardware backends and transport protocols as bundles and gives "
            + "applications offloaded streams and messages. A command runs an instance, or asks one that runs, named by its "
            + "name or the path of its directory; when only one runs, no name is needed.\n");
        page.append(".SH COMMANDS\n");
        Map<String, CommandLine> commands = new LinkedHashMap<>(all.getSubcommands());
        commands.remove("help");
        commands.values().forEach(command -> describe(command, page));
        page.append(".SH EXIT STATUS\n0 well, 1 failed or refused, 2 wrong command line or configuration; of\n.B status\n0 "
            + "ready, 1 degraded, 2 down.\n");
        page.append(".SH ENVIRONMENT\n.TP\n.B XDG_RUNTIME_DIR\nInstances live in its directory millrace, else in "
            + "/tmp/millrace-\\fIUID\\fR.\n.TP\n.B MILLRACE_LOG\nWhat is logged: error, warn, info (default) or debug.\n");
        return page.toString();
    }

    private static void describe(CommandLine command, StringBuilder page) {
        CommandSpec spec = command.getCommandSpec();
        Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
        page.append(".SS ").append(escape(spec.qualifiedName())).append("\n.PP\n");
        page.append("\\fB").append(escape(help.synopsis(0).strip().replaceAll("\\s+", " "))).append("\\fR\n.PP\n");
        UsageMessageSpec usage = spec.usageMessage();
        for (String paragraph : usage.description()) {
            page.append(escape(String.format(paragraph))).append("\n");
        }
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            item(parameter.paramLabel(), parameter, page);
        }
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && !option.usageHelp() && !option.versionHelp()) {
                item(String.join(", ", option.names()) + (option.arity().max() == 0 ? "" : " " + option.paramLabel()), option,
                    page);
            }
        }
        command.getSubcommands().values().stream().distinct().forEach(inner -> describe(inner, page));
    }

    private static void item(String heading, ArgSpec argument, StringBuilder page) {
        page.append(".TP\n.B ").append(escape(heading)).append("\n").append(Arrays.stream(argument.description())
            .map(text -> escape(text.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue())).replace("%%", "%")))
            .collect(Collectors.joining("\n"))).append("\n");
    }

    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
