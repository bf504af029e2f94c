package org.millrace.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.LaunchException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts the framework with a configuration and runs until the process is told to end. */
@Command(name = "run", mixinStandardHelpOptions = true,
    description = "Run an instance until SIGTERM, SIGINT or millrace stop.")
public final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CONFIG", arity = "0..*",
        description = "Data paths to start with, a properties file each; they are not watched.")
    private final List<Path> files = new ArrayList<>();

    @Option(names = "--deploy", paramLabel = "DIR", description = "The directory whose bundles (*.jar) and data paths "
        + "(*.cfg, *.properties) come and go while this runs; default: deploy in the image.")
    private Path deploy;

    @Option(names = "--counters", description = "Print every counter at the end.")
    private boolean counters;

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
        CompletableFuture<String> end = new CompletableFuture<>(); // empty, or why no data path is left
        Ending ending = new Ending();
        try {
            start(configurations, ending, end);
        } catch (LaunchException e) {
            if (!ending.isAsked()) {
                throw e;
            }
        } finally {
            ending.settled();
        }
        String failure = end.join(); // a signal ends the process from here on
        if (!failure.isEmpty()) { // whoever supervises the process can start it again
            throw new LaunchException(LaunchException.FAILED, "no data path is left: " + failure);
        }
        return 0;
    }

    private void start(List<Configuration> configurations, Ending ending, CompletableFuture<String> end)
        throws LaunchException, InterruptedException {
        Path folder = deploy == null ? Image.directory().resolve("deploy") : deploy.toAbsolutePath();
        FrameworkHost host = FrameworkHost.start(bundles(configurations), folder);
        ending.takes(host::close);
        host.offerStop(() -> end.complete(""));
        host.offerFailure(reason -> {
            if (!host.isAlive()) {
                end.complete(reason);
            }
        });
        DataPathFiles dataPaths = new DataPathFiles(new ComponentStates(host.context()));
        DeployFolder deployed = new DeployFolder(host.context(), dataPaths);
        for (int i = 0; i < files.size() && !ending.isAsked(); i++) {
            dataPaths.add(files.get(i), configurations.get(i));
        }
        if (ending.isAsked()) {
            return;
        }
        deployed.open();
        ending.takes(() -> end(host, deployed));
        long elapsedMs = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(Image.READY + " after " + elapsedMs + " ms");
        tellServiceManager();
        if (shell) {
            Shell.open(host.context());
            host.onEnd(() -> end.complete(""));
        }
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

    private void end(FrameworkHost host, DeployFolder deployed) {
        deployed.close();
        Map<String, Long> values = host.counters();
        host.close();
        if (counters) {
            values.forEach((name, value) -> System.out.println(Image.COUNTER + name + "=" + value));
        }
        System.out.println("millrace: ended after " + ManagementFactory.getRuntimeMXBean().getUptime() / 1000 + " s: "
            + values.getOrDefault("port.received frames", 0L) + " frames received, "
            + values.getOrDefault("port.transmitted frames", 0L) + " sent");
    }
}
