package org.millrace.launcher;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts the framework with a configuration and runs until the process is told to end. */
@Command(name = "run", description = "Run an instance until SIGTERM, SIGINT or millrace stop, then print its counters.")
public final class RunCommand implements Callable<Integer> {
    /** The line on standard output that says that everything configured is active begins with this. */
    public static final String READY = "millrace: ready";
    /** A line on standard output with a counter, printed at the end, begins with this; then come name, = and value. */
    public static final String COUNTER = "millrace: counter ";

    @Parameters(paramLabel = "CONFIG", arity = "0..*",
        description = "Data paths to start with, a properties file each; they are not watched.")
    private final List<Path> files = new ArrayList<>();

    @Option(names = "--deploy", paramLabel = "DIR", description = "The directory whose bundles (*.jar) and data paths "
        + "(*.cfg, *.properties) come and go while this runs; default: deploy in the image.")
    private Path deploy;

    /** Made by picocli. */
    RunCommand() {
    }

    @Override
    public Integer call() throws LaunchException, InterruptedException {
        List<Configuration> configurations = new ArrayList<>();
        for (Path file : files) {
            configurations.add(Configuration.read(file));
        }
        Path folder = deploy == null ? Image.directory().resolve("deploy") : deploy.toAbsolutePath();
        FrameworkHost host = FrameworkHost.start(Image.directory().resolve("bundles"), folder);
        CountDownLatch stop = new CountDownLatch(1);
        host.offerStop(stop::countDown);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(host), "millrace-stop"));
        DataPathFiles dataPaths = new DataPathFiles(new ComponentStates(host.context()));
        for (int i = 0; i < files.size(); i++) {
            dataPaths.add(files.get(i), configurations.get(i));
        }
        new DeployFolder(host.context(), dataPaths).open();
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
