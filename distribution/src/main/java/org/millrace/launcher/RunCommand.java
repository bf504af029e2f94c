package org.millrace.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts the framework with a configuration and runs until the process is told to end. */
@Command(name = "run", mixinStandardHelpOptions = true,
    description = "Run an instance until SIGTERM, SIGINT or millrace stop, then print its counters.")
public final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CONFIG", arity = "0..*",
        description = "Data paths to start with, a properties file each; they are not watched.")
    private final List<Path> files = new ArrayList<>();

    @Option(names = "--deploy", paramLabel = "DIR", description = "The directory whose bundles (*.jar) and data paths "
        + "(*.cfg, *.properties) come and go while this runs; default: deploy in the image.")
    private Path deploy;

    @Option(names = "--shell", description = "Open a shell on this terminal: its commands are the tools, millrace:status and "
        + "so on, and Gogo's.")
    private boolean shell;

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
        FrameworkHost host = FrameworkHost.start(bundles(configurations), folder);
        CountDownLatch stop = new CountDownLatch(1);
        host.offerStop(stop::countDown);
        AtomicReference<String> failure = new AtomicReference<>();
        host.offerFailure(reason -> {
            if (!host.isAlive()) {
                failure.set(reason);
                stop.countDown();
            }
        });
        DataPathFiles dataPaths = new DataPathFiles(new ComponentStates(host.context()));
        DeployFolder deployed = new DeployFolder(host.context(), dataPaths);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(host, deployed), "millrace-stop"));
        for (int i = 0; i < files.size(); i++) {
            dataPaths.add(files.get(i), configurations.get(i));
        }
        deployed.open();
        long elapsedMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(Image.READY + " after " + elapsedMs + " ms");
        tellServiceManager();
        if (shell) {
            Shell.open(host.context());
            host.onEnd(stop::countDown);
        }
        stop.await();
        if (failure.get() != null) { // whoever supervises the process can start it again
            throw new LaunchException(LaunchException.FAILED, "no data path is left: " + failure.get());
        }
        return 0;
    }

    /** Those of the runtime, and those of the applications that are configured, if they have any of their own. */
    private static List<Path> bundles(List<Configuration> configurations) {
        Set<Path> directories = new LinkedHashSet<>(List.of(Image.directory().resolve("bundles")));
        configurations.stream().flatMap(configuration -> configuration.applications().stream())
            .map(name -> Image.directory().resolve("apps").resolve(name).resolve("bundles"))
            .filter(Files::isDirectory).forEach(directories::add);
        return List.copyOf(directories);
    }

    /** systemd's protocol is a datagram on a Unix socket, which Java does not have: its own program sends it. */
    private static void tellServiceManager() throws InterruptedException {
        if (System.getenv("NOTIFY_SOCKET") == null) {
            return;
        }
        try {
            int code = new ProcessBuilder("systemd-notify", "--ready").inheritIO().start().waitFor();
            if (code != 0) {
                System.err.println("millrace: systemd-notify has ended with " + code);
            }
        } catch (IOException e) {
            System.err.println("millrace: the service manager does not hear that this is ready: " + e.getMessage());
        }
    }

    private static void end(FrameworkHost host, DeployFolder deployed) {
        deployed.close();
        host.counters().forEach((name, value) -> System.out.println(Image.COUNTER + name + "=" + value));
        host.close();
    }
}
