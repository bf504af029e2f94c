package org.millrace.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles that come and go while the framework runs. A bundle is never updated: a new version is installed beside the old
 * one, and the old one is uninstalled when no data path runs it any more. To uninstall is followed by a refresh of that
 * bundle, and of those wired to it, alone.
 *
 * <p>Owned by: the deploy thread.
 */
final class DeployedBundles {
    private static final Logger LOG = LoggerFactory.getLogger(DeployedBundles.class);

    private final BundleContext context;
    private final FrameworkWiring wiring;
    private final Map<Path, Bundle> deployed = new HashMap<>();
    private final Map<Bundle, String> waiting = new LinkedHashMap<>(); // not started yet, and why if that was said
    private final Set<Bundle> superseded = new LinkedHashSet<>();
    private final Set<Bundle> removed = new LinkedHashSet<>();
    private int installs;

    DeployedBundles(BundleContext context) {
        this.context = context;
        wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** Installs what is in a jar, new or changed, or says why not. */
    void install(Path jar) {
        String name = null;
        Version version = null;
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes manifest = file.getManifest() == null ? new Attributes() : file.getManifest().getMainAttributes();
            name = manifest.getValue(Constants.BUNDLE_SYMBOLICNAME);
            version = Version.parseVersion(manifest.getValue(Constants.BUNDLE_VERSION));
            readAll(file);
        } catch (IOException | IllegalArgumentException | SecurityException e) {
            LOG.error("{} is not installed: the jar is corrupt: {}", jar, FrameworkHost.oneLine(e));
            return;
        }
        if (name == null) {
            LOG.error("{} is not installed: it is no bundle, its manifest has no {}", jar, Constants.BUNDLE_SYMBOLICNAME);
            return;
        }
        install(jar, name.replaceFirst(";.*", "").strip(), version);
    }

    /** Reads every entry, which checks its CRC: a class that does not load later would be a fault of the data path. */
    private static void readAll(JarFile file) throws IOException {
        for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements();) {
            try (InputStream in = file.getInputStream(entries.nextElement())) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private void install(Path jar, String name, Version version) {
        for (Bundle bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName()) && version.equals(bundle.getVersion())) {
                refuseTwin(jar, bundle);
                return;
            }
        }
        try (InputStream in = Files.newInputStream(jar)) {
            Bundle bundle = context.installBundle("deploy:" + jar.getFileName() + "#" + ++installs, in);
            Bundle before = deployed.put(jar, bundle);
            if (before != null) {
                superseded.add(before); // the jar has changed
            }
            waiting.put(bundle, null);
        } catch (IOException | BundleException e) {
            LOG.error("{} is not installed: {}", jar, FrameworkHost.oneLine(e));
        }
    }

    private void refuseTwin(Path jar, Bundle twin) {
        if (removed.remove(twin)) {
            deployed.put(jar, twin);
            LOG.info("{} is {} again", jar, text(twin));
        } else if (deployed.get(jar) == twin) {
            LOG.error("{} has changed and is still {}: that one runs on, give the new one another version", jar, text(twin));
        } else {
            LOG.error("{} is not installed: {} is there already, from {}", jar, text(twin), twin.getLocation());
        }
    }

    /** Takes a bundle out whose jar is gone; one that a data path runs goes when it no longer does. */
    void remove(Path jar) {
        Bundle bundle = deployed.remove(jar);
        if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        waiting.remove(bundle);
        removed.add(bundle);
        if (isUsed(bundle)) {
            LOG.warn("{} is gone, but a data path runs {}: it stays until none does", jar, text(bundle));
        }
    }

    /** Starts what has been installed and what can start now. Answers whether there is any. */
    boolean start() {
        boolean any = false;
        while (startSome()) { // one may be what another waits for
            any = true;
        }
        return any;
    }

    private boolean startSome() {
        boolean any = false;
        for (Map.Entry<Bundle, String> entry : List.copyOf(waiting.entrySet())) {
            Bundle bundle = entry.getKey();
            try {
                bundle.start();
                waiting.remove(bundle);
                LOG.info("{} is started", text(bundle));
                supersede(bundle);
                any = true;
            } catch (BundleException e) {
                String why = UnmetRequirement.text(e);
                if (!why.equals(entry.getValue())) {
                    waiting.put(bundle, why);
                    LOG.error("{} does not start: {}", text(bundle), why);
                }
            }
        }
        return any;
    }

    private void supersede(Bundle newer) {
        for (Bundle bundle : context.getBundles()) {
            if (newer.getSymbolicName().equals(bundle.getSymbolicName())
                && bundle.getVersion().compareTo(newer.getVersion()) < 0) {
                superseded.add(bundle);
            }
        }
    }

    /** Uninstalls what nobody needs any more. Answers whether some of it is still needed. */
    boolean retire() {
        // A bundle whose packages others are wired to stays beside its new version: they would have to restart.
        superseded.removeIf(bundle -> wiring.getDependencyClosure(Set.of(bundle)).size() == 1 && uninstall(bundle));
        removed.removeIf(this::uninstall);
        return !superseded.isEmpty() || !removed.isEmpty();
    }

    private boolean uninstall(Bundle bundle) {
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return true;
        }
        if (isUsed(bundle)) {
            return false;
        }
        try {
            bundle.uninstall();
            wiring.refreshBundles(Set.of(bundle), event -> LOG.info("{} is uninstalled", text(bundle)));
        } catch (BundleException e) {
            LOG.error("{} is not uninstalled: {}", text(bundle), FrameworkHost.oneLine(e));
        }
        return true;
    }

    /** Whether a data path runs a bundle's code, or that of one that is wired to it. */
    private boolean isUsed(Bundle bundle) {
        Collection<Bundle> closure = wiring.getDependencyClosure(Set.of(bundle));
        return users().stream().anyMatch(user -> closure.stream().anyMatch(b -> user.test(b.getBundleId())));
    }

    /** Instances, which offer a predicate over bundle ids: of types that the launcher and bundles share. */
    private List<LongPredicate> users() {
        List<LongPredicate> users = new ArrayList<>();
        for (ServiceReference<?> reference : references()) {
            if (context.getService(reference) instanceof LongPredicate user) {
                users.add(user);
            }
        }
        return users;
    }

    private List<ServiceReference<?>> references() {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(LongPredicate.class.getName(), "(millrace.runs=*)");
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e); // a constant
        }
    }

    private static String text(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}
