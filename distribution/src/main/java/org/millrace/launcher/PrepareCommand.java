package org.millrace.launcher;

import java.util.concurrent.Callable;
import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine.Command;

/** What bin/millrace does itself: here for those who ask what there is. */
@Command(name = "prepare", mixinStandardHelpOptions = true, description = {
    "Load and link the classes of the launcher and of the JDK once on this machine, and keep them beside the launcher "
        + "(lib/millrace.aot): later starts take a third less.",
    "Runs an instance for a moment, over a memory port of its own. Again after every new version."})
final class PrepareCommand implements Callable<Integer> {
    /** Made by picocli. */
    PrepareCommand() {
    }

    @Override
    public Integer call() throws LaunchException {
        throw new LaunchException(LaunchException.BAD_CONFIGURATION, "start it as bin/millrace prepare, without arguments");
    }
}
