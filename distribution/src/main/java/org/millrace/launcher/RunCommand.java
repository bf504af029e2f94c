package org.millrace.launcher;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts the framework with a configuration and runs until the process is told to end. */
@Command(name = "run", description = "Run an instance until SIGTERM or SIGINT.")
final class RunCommand implements Callable<Integer> {
    /** The line that says that everything configured is active begins with this. */
    static final String READY = "millrace: ready";

    @Parameters(paramLabel = "CONFIG", description = "The configuration, a properties file.")
    private Path file;

    @Override
    public Integer call() throws LaunchException, InterruptedException {
        Configuration configuration = Configuration.read(file);
        FrameworkHost host = FrameworkHost.start(Image.directory().resolve("bundles"));
        Runtime.getRuntime().addShutdownHook(new Thread(host::close, "millrace-stop"));
        new ComponentStates(host.context()).configure(configuration);
        long elapsedMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(READY + " after " + elapsedMs + " ms");
        new CountDownLatch(1).await();
        return 0;
    }
}
