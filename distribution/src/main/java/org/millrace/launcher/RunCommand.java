package org.millrace.launcher;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts the framework with a configuration and runs until the process is told to end. */
@Command(name = "run", description = "Run an instance until SIGTERM, SIGINT or millrace stop, then print its counters.")
public final class RunCommand implements Callable<Integer> {
    /** The line on standard output that says that everything configured is active begins with this. */
    public static final String READY = "millrace: ready";
    /** A line on standard output with a counter, printed at the end, begins with this; then come name, = and value. */
    public static final String COUNTER = "millrace: counter ";

    @Parameters(paramLabel = "CONFIG", description = "The configuration, a properties file.")
    private Path file;

    /** Made by picocli. */
    RunCommand() {
    }

    @Override
    public Integer call() throws LaunchException, InterruptedException {
        Configuration configuration = Configuration.read(file);
        FrameworkHost host = FrameworkHost.start(Image.directory().resolve("bundles"));
        CountDownLatch stop = new CountDownLatch(1);
        host.offerStop(stop::countDown);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(host), "millrace-stop"));
        new ComponentStates(host.context()).configure(configuration);
        long elapsedMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(READY + " after " + elapsedMs + " ms");
        stop.await();
        return 0;
    }

    private static void end(FrameworkHost host) {
        host.counters().forEach((name, value) -> System.out.println(COUNTER + name + "=" + value));
        host.close();
    }
}
