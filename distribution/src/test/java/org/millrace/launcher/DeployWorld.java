package org.millrace.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.LaunchException;
import org.millrace.testkit.Eventually;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.LoggerFactory;

/** The image's framework in this process with a deploy directory of its own; what it logs, and which bundles restart. */
final class DeployWorld implements AutoCloseable {
    private static final Map<Integer, String> EVENTS = Map.of(BundleEvent.STARTED, "started", BundleEvent.STOPPED,
        "stopped", BundleEvent.UPDATED, "updated", BundleEvent.UNRESOLVED, "unresolved", BundleEvent.UNINSTALLED,
        "uninstalled");

    final Path directory;
    final FrameworkHost host;
    final DeployFolder folder;
    private final Path deploy;
    private final Lines lines = new Lines();
    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final Queue<String> all = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    }

    DeployWorld(Path directory) throws IOException, LaunchException {
        this.directory = directory;
        deploy = Files.createDirectory(directory.resolve("deploy"));
        lines.start();
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("org.millrace")).addAppender(lines);
        // The framework's threads inherit it, and Chronicle in its bundle would find the class path's services.
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        host = FrameworkHost.start(List.of(Image.directory().resolve("bundles")), deploy);
        host.context().addBundleListener((SynchronousBundleListener) event -> {
            if (EVENTS.containsKey(event.getType())) {
                events.add(event.getBundle().getSymbolicName() + " " + event.getBundle().getVersion() + " "
                    + EVENTS.get(event.getType()));
            }
        });
        folder = new DeployFolder(host.context(), new DataPathFiles(new ComponentStates(host.context())));
        folder.open();
        events.clear();
    }

    /** {@return keys of a data path at a side of a wire, with the file server's echo on port 7} */
    List<String> dataPath(String instance, String wire, String... more) {
        List<String> keys = new ArrayList<>(List.of("instance=" + instance, "hardware=hw-bluefield",
            "transports=tcp-flextoe", "port=memory", "port.path=" + directory.resolve(wire), "port.side=a",
            "address=10.77.0.2/24", "swap-rehearsal-ms=500", "attach.directory=" + directory.resolve("run-" + instance),
            "app.fileserver.listen=10.77.0.2:80", "app.fileserver.echo=10.77.0.2:7", "app.fileserver.root=" + directory));
        keys.addAll(Arrays.asList(more)); // the last one of a key counts
        return keys;
    }

    /** Drops a file whole. */
    void drop(String name, List<String> text) throws IOException {
        moveIn(Files.write(directory.resolve(name), text));
    }

    void moveIn(Path file) throws IOException {
        Files.move(file, deploy.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
    }

    void remove(String name) throws IOException {
        Files.delete(deploy.resolve(name));
    }

    /** Drops a bundle of the image in another version. */
    void dropVersion(String artifact, String version) throws IOException {
        dropVersion(artifact, version, manifest -> { }, "");
    }

    /**
     * Drops a bundle of the image in another version.
     *
     * @param change  to its manifest
     * @param leftOut entries whose name contains this are left out; empty: none
     */
    void dropVersion(String artifact, String version, Consumer<Attributes> change, String leftOut) throws IOException {
        moveIn(version(inImage(artifact), artifact + "-" + version + ".jar", version, change, leftOut));
    }

    /** {@return a copy of a bundle in another version, not dropped yet} */
    Path version(Path bundle, String name, String version, Consumer<Attributes> change, String leftOut) throws IOException {
        Path copy = directory.resolve(name);
        try (JarFile jar = new JarFile(bundle.toFile())) {
            Manifest manifest = jar.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            change.accept(manifest.getMainAttributes());
            try (OutputStream out = Files.newOutputStream(copy); JarOutputStream to = new JarOutputStream(out, manifest)) {
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
                    JarEntry entry = entries.nextElement();
                    if (!entry.getName().startsWith("META-INF/MANIFEST") && (leftOut.isEmpty()
                        || !entry.getName().contains(leftOut))) {
                        to.putNextEntry(new ZipEntry(entry.getName()));
                        try (InputStream in = jar.getInputStream(entry)) {
                            in.transferTo(to);
                        }
                    }
                }
            }
        }
        return copy;
    }

    /** {@return the jar of a bundle of the image} */
    static Path inImage(String artifact) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Image.directory().resolve("bundles"), artifact + "-*")) {
            return found.iterator().next();
        }
    }

    /** {@return the bundles of a name, installed at the moment} */
    List<Bundle> bundles(String name) {
        return Arrays.stream(host.context().getBundles()).filter(b -> name.equals(b.getSymbolicName())).toList();
    }

    /** {@return what has happened to bundles of other names} */
    List<String> eventsOfOthers(String name) {
        return events.stream().filter(event -> !event.startsWith(name + " ")).toList();
    }

    /** {@return the first line logged that contains a text, as soon as there is one} */
    String awaitLine(String text) {
        Eventually.holds(() -> !lines(text).isEmpty(), () -> "no line with '" + text + "' in " + lines.all);
        return lines(text).getFirst();
    }

    List<String> lines(String text) {
        return lines.all.stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        folder.close();
        host.close();
        Thread.currentThread().setContextClassLoader(loader);
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("org.millrace")).detachAppender(lines);
    }
}
