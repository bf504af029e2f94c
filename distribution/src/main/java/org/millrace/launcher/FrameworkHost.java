package org.millrace.launcher;

import static org.millrace.launcher.image.LaunchException.FAILED;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.felix.framework.FrameworkFactory;
import org.millrace.launcher.image.LaunchException;
import org.millrace.launcher.image.TemporaryDirectory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** An embedded Felix with the image's bundles started, its bundle cache in a directory that goes with it. Any thread. */
final class FrameworkHost implements AutoCloseable {
    private static final String AUDIT_ONLY = "0"; // SCR's quietest level has no name that it reads
    private static final long STOP_TIMEOUT_MS = 10_000;
    /** Felix reads a bundle where it is, instead of a copy: the image's own do not change while they are used. */
    private static final String IN_PLACE = "reference:";

    private final Framework framework;
    private final Path cache;

    private FrameworkHost(Framework framework, Path cache) {
        this.framework = framework;
        this.cache = cache;
    }

    /**
     * Starts the framework and every bundle in {@code directories}, all installed before the first one starts; the one
     * that watches {@code deploy} waits for {@link DeployFolder#open}.
     */
    static FrameworkHost start(List<Path> directories, Path deploy) throws LaunchException {
        List<Path> jars = new ArrayList<>();
        for (Path directory : directories) {
            jars.addAll(jars(directory));
        }
        try {
            Path cache = TemporaryDirectory.create("millrace-");
            FrameworkHost host = new FrameworkHost(new FrameworkFactory().newFramework(properties(cache, deploy)), cache);
            try {
                host.startAll(jars);
            } catch (BundleException | RuntimeException e) {
                host.close();
                throw e;
            }
            return host;
        } catch (BundleException | IOException e) {
            throw new LaunchException(FAILED, "the framework does not start: " + oneLine(e));
        }
    }

    private static List<Path> jars(Path directory) throws LaunchException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, "*.jar")) {
            stream.forEach(jars::add);
        } catch (IOException e) {
            throw new LaunchException(FAILED, "no bundles at " + directory + ": the image is not complete");
        }
        Collections.sort(jars);
        return jars;
    }

    private static Map<String, String> properties(Path cache, Path deploy) throws IOException {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SharedPackages.header());
        // Chronicle, nested in a bundle, uses classes of the JDK that no bundle can import.
        properties.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,jdk.internal.*");
        properties.put("felix.service.urlhandlers", "false");
        // A component that fails is reported by ComponentStates, in one line; the stack trace is for who asks.
        properties.put("ds.loglevel", "debug".equalsIgnoreCase(System.getenv("MILLRACE_LOG")) ? "warn" : AUDIT_ONLY);
        properties.putAll(DeployFolder.properties(deploy, cache));
        return properties;
    }

    private void startAll(List<Path> jars) throws BundleException {
        framework.start();
        BundleContext context = framework.getBundleContext();
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : jars) {
            bundles.add(context.installBundle(IN_PLACE + jar.toUri()));
        }
        for (Bundle bundle : bundles) {
            if (!DeployFolder.WATCHER.equals(bundle.getSymbolicName())) {
                bundle.start();
            }
        }
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Lets bundles end the process: a {@code Runnable} with the property {@code millrace.stop}. */
    void offerStop(Runnable stop) {
        context().registerService(Runnable.class, stop, new Hashtable<>(Map.of("millrace.stop", true)));
    }

    /** Lets bundles tell of a data path that has failed: a {@code Consumer} of the reason with {@code millrace.failed}. */
    void offerFailure(Consumer<String> failed) {
        context().registerService(Consumer.class, failed, new Hashtable<>(Map.of("millrace.failed", true)));
    }

    /** {@return whether any data path runs: each offers a {@code BooleanSupplier} with {@code millrace.alive}} */
    boolean isAlive() {
        return references(BooleanSupplier.class.getName(), "(millrace.alive=*)").stream()
            .anyMatch(reference -> context().getService(reference) instanceof BooleanSupplier alive && alive.getAsBoolean());
    }

    /** Runs something when the framework has ended, as who types exit in a shell may have it. */
    void onEnd(Runnable action) {
        Thread.ofPlatform().daemon().name("millrace-framework").start(() -> {
            try {
                framework.waitForStop(0);
                action.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * {@return the counters of all instances that run here, by name}. An instance offers them as a service of types that
     * the launcher and bundles share: a {@code Supplier} of a {@code Map} with the property {@code millrace.counters}.
     */
    Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        if (framework.getState() != Bundle.ACTIVE) {
            return counters;
        }
        for (ServiceReference<?> reference : references(Supplier.class.getName(), "(millrace.counters=*)")) {
            if (context().getService(reference) instanceof Supplier<?> source
                && source.get() instanceof Map<?, ?> values) {
                values.forEach((name, value) ->
                    counters.merge(String.valueOf(name), ((Number) value).longValue(), Long::sum));
            }
        }
        return counters;
    }

    private List<ServiceReference<?>> references(String type, String filter) {
        try {
            ServiceReference<?>[] found = context().getAllServiceReferences(type, filter);
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e); // a constant
        }
    }

    /** Stops all bundles and the framework and deletes the cache. */
    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_TIMEOUT_MS);
        } catch (BundleException e) {
            System.err.println("millrace: the framework does not stop: " + oneLine(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            TemporaryDirectory.delete(cache);
        }
    }

    static String oneLine(Throwable e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    }
}
