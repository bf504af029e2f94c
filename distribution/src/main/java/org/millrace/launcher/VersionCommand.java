package org.millrace.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the version. */
@Command(name = "version", mixinStandardHelpOptions = true, description = "Print the version of Millrace, Java and the system.")
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        System.out.println(json ? "{\"millrace\":\"" + Main.Version.number() + "\",\"java\":\"" + Runtime.version()
            + "\",\"system\":\"" + Main.Version.system() + "\"}" : Main.Version.line());
        return 0;
    }
}
