package org.millrace.cli.testbed;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts stacks of ours under remote control. */
@Command(name = "testbed", mixinStandardHelpOptions = true, description = {
    "Serve TCP stacks on virtual time over a Unix socket: socket calls, raw frames in and out, the clock. For test suites in "
        + "any language; docs/testbed.md has the protocol.",
    "Prints a line once it listens, and serves until it is stopped."})
public final class TestbedCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOCKET", description = "Path of the Unix socket.")
    private Path socket;

    @Option(names = "--once", description = "End with the first client.")
    private boolean once;

    /** Made by picocli. */
    TestbedCommand() {
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (TestbedServer server = TestbedServer.at(socket)) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
            out.println("millrace: testbed at " + socket);
            out.flush();
            server.serve(once);
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println("millrace: " + e.getMessage());
            return FAILED;
        }
    }
}
