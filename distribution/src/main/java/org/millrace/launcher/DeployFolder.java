package org.millrace.launcher;

import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.millrace.launcher.image.LaunchException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory whose files come and go while Millrace runs: a jar is a bundle, a {@code .cfg} or {@code .properties} file
 * a data path.
 *
 * <p>DESIGN NOTES. FileInstall watches the directory, tells half-copied files from whole ones and reports each; it decides
 * nothing, because what it does by itself (update a bundle in place, uninstall one that is in use, refresh what is wired
 * to it) is what must not happen under live connections. So it is given an artifact installer that ranks before its own;
 * through a proxy, because the interface is a class of its bundle. Files that arrive together are taken together: what is
 * gone, then bundles, then data paths.
 *
 * <p>FileInstall's thread only notes; everything is done on the deploy thread.
 */
final class DeployFolder implements AutoCloseable {
    /** Symbolic name of the bundle that watches. */
    static final String WATCHER = "org.apache.felix.fileinstall";

    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);
    private static final String INSTALLER = WATCHER + ".ArtifactInstaller";
    /** FileInstall reports what one look at the directory has found within some milliseconds. */
    private static final long TOGETHER_MS = 100;
    /** The framework has no event for a service that is no longer used. */
    private static final long LOOK_AGAIN_MS = 250;
    private static final long LIMIT_S = 30;

    private final BundleContext context;
    private final DeployedBundles bundles;
    private final DataPathFiles dataPaths;
    private final ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("millrace-deploy").factory());
    private final Map<Path, Boolean> noted = new TreeMap<>(); // path to whether it is there; under its own lock
    private boolean retiring;

    /**
     * Prepares.
     *
     * @param context   the system bundle's
     * @param dataPaths takes data-path files
     */
    DeployFolder(BundleContext context, DataPathFiles dataPaths) {
        this.context = context;
        this.dataPaths = dataPaths;
        bundles = new DeployedBundles(context);
    }

    /**
     * {@return the framework's properties that tell the watcher to watch a directory}
     *
     * @param own where it may put what it needs, which goes with the framework
     */
    static Map<String, String> properties(Path directory, Path own) {
        return Map.of("felix.fileinstall.dir", directory.toString(), "felix.fileinstall.tmpdir",
            own.resolve("fileinstall").toString(), "felix.fileinstall.noInitialDelay", "true",
            "felix.fileinstall.poll", "500", "felix.fileinstall.filter", ".*\\.(jar|cfg|properties)",
            "felix.fileinstall.log.level", "0", "felix.fileinstall.enableConfigSave", "false");
    }

    /** Takes what is there, returns when all of it is active or has been refused, and watches from then on. */
    void open() throws LaunchException {
        Bundle watcher = Arrays.stream(context.getBundles()).filter(b -> WATCHER.equals(b.getSymbolicName())).findFirst()
            .orElseThrow(() -> new LaunchException(LaunchException.FAILED, "no bundle " + WATCHER
                + ": the image is not complete"));
        try {
            Class<?> type = watcher.loadClass(INSTALLER);
            context.registerService(Callable.class, this::notInForce, new Hashtable<>(Map.of("millrace.deploy", true)));
            context.registerService(INSTALLER, installer(type),
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, Integer.MAX_VALUE)));
            watcher.start(); // it has looked once when this returns
            thread.submit(this::settle).get();
        } catch (ClassNotFoundException | BundleException | ExecutionException e) {
            throw new LaunchException(LaunchException.FAILED, "the deploy directory is not watched: "
                + FrameworkHost.oneLine(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Any thread. */
    private List<String> notInForce() {
        List<String> all = new ArrayList<>(bundles.problems());
        all.addAll(dataPaths.problems());
        return all;
    }

    private Object installer(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
            (self, method, arguments) -> switch (method.getName()) {
                case "canHandle" -> true; // the filter has judged
                case "install", "update" -> note((File) arguments[0], true);
                case "uninstall" -> note((File) arguments[0], false);
                case "equals" -> self == arguments[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> "millrace's deploy directory";
            });
    }

    private Object note(File file, boolean present) {
        synchronized (noted) {
            if (noted.isEmpty() && !thread.isShutdown()) {
                thread.schedule(this::settle, TOGETHER_MS, TimeUnit.MILLISECONDS);
            }
            noted.put(file.toPath(), present);
        }
        return null;
    }

    private void settle() {
        Map<Path, Boolean> changes;
        synchronized (noted) {
            changes = new TreeMap<>(noted);
            noted.clear();
        }
        try {
            act(changes);
        } catch (RuntimeException e) {
            LOG.error("deploy: {}", changes.keySet(), e);
        }
    }

    private void act(Map<Path, Boolean> changes) {
        List<Path> jars = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        changes.forEach((path, present) -> (isJar(path) ? jars : files).add(path));
        files.stream().filter(file -> !changes.get(file)).forEach(dataPaths::remove);
        jars.stream().filter(jar -> !changes.get(jar)).forEach(bundles::remove);
        jars.stream().filter(changes::get).forEach(bundles::install);
        if (bundles.start()) {
            dataPaths.retry();
        }
        files.stream().filter(changes::get).forEach(dataPaths::put);
        retire();
    }

    private void retire() {
        if (bundles.retire() && !retiring && !thread.isShutdown()) {
            retiring = true;
            thread.schedule(() -> {
                retiring = false;
                retire();
            }, LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static boolean isJar(Path path) {
        return path.getFileName().toString().endsWith(".jar");
    }

    /** Acts no more when this returns: what ends with the framework is not what its files say. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(LIMIT_S, TimeUnit.SECONDS)) {
                LOG.warn("deploy: what was being done has not ended within {} s, and ends with the framework", LIMIT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
