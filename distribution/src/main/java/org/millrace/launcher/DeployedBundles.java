package org.millrace.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
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

    private static final String PARTS = "org.millrace.api.";

    private final BundleContext context;
    private final FrameworkWiring wiring;
    private final Map<Path, Bundle> deployed = new HashMap<>();
    private final Map<Bundle, String> waiting = new LinkedHashMap<>(); // not started yet, and why if that was said
    private final Set<Bundle> superseded = new LinkedHashSet<>();
    private final Set<Bundle> removed = new LinkedHashSet<>();
    private final Map<Path, String> problems = new ConcurrentSkipListMap<>(); // why a jar is not in force
    private int installs;

    DeployedBundles(BundleContext context) {
        this.context = context;
        wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }

    /** {@return why jars are not in force, a line each. Any thread} */
    Collection<String> problems() {
        return List.copyOf(problems.values());
    }

    private void refuse(Path jar, String why) {
        problems.put(jar, jar.getFileName() + " " + why);
        LOG.error("{} {}", jar, why);
    }

    /** Installs what is in a jar, new or changed, or says why not. */
    void install(Path jar) {
        problems.remove(jar);
        String name = null;
        Version version = null;
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes manifest = file.getManifest() == null ? new Attributes() : file.getManifest().getMainAttributes();
            name = manifest.getValue(Constants.BUNDLE_SYMBOLICNAME);
            version = Version.parseVersion(manifest.getValue(Constants.BUNDLE_VERSION));
            readAll(file);
        } catch (IOException | IllegalArgumentException | SecurityException e) {
            refuse(jar, "is not installed: the jar is corrupt: " + FrameworkHost.oneLine(e));
            return;
        }
        if (name == null) {
            refuse(jar, "is not installed: it is no bundle, its manifest has no " + Constants.BUNDLE_SYMBOLICNAME);
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
            refuse(jar, "is not installed: " + FrameworkHost.oneLine(e));
        }
    }

    private void refuseTwin(Path jar, Bundle twin) {
        if (removed.remove(twin)) {
            deployed.put(jar, twin);
            LOG.info("{} is {} again", jar, text(twin));
        } else if (deployed.get(jar) == twin) {
            refuse(jar, "has changed and is still " + text(twin) + ": that one runs on, give the new one another version");
        } else {
            refuse(jar, "is not installed: " + text(twin) + " is there already, from " + twin.getLocation());
        }
    }

    /** Takes a bundle out whose jar is gone; one that a data path runs goes when it no longer does. */
    void remove(Path jar) {
        problems.remove(jar);
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
            List<Bundle> before = stopApplications(bundle);
            try {
                bundle.start();
                waiting.remove(bundle);
                jar(bundle).ifPresent(problems::remove);
                LOG.info("{} is started", text(bundle));
                supersede(bundle);
                any = true;
            } catch (BundleException e) {
                before.forEach(DeployedBundles::startAgain);
                String why = UnmetRequirement.text(e);
                jar(bundle).ifPresent(jar -> problems.put(jar, text(bundle) + " does not start: " + why));
                if (!why.equals(entry.getValue())) {
                    waiting.put(bundle, why);
                    LOG.error("{} does not start: {}", text(bundle), why);
                }
            }
        }
        return any;
    }

    private Optional<Path> jar(Bundle bundle) {
        return deployed.entrySet().stream().filter(entry -> entry.getValue() == bundle).map(Map.Entry::getKey).findFirst();
    }

    /**
     * An application's new version is to have what the old one has: its addresses. What a data path runs is taken over by
     * the data path instead, while both are there.
     */
    private List<Bundle> stopApplications(Bundle newer) {
        List<Bundle> stopped = new ArrayList<>();
        List<Bundle> applications = older(newer).stream().filter(this::isApplication).toList();
        if (!applications.isEmpty() && wiring.resolveBundles(Set.of(newer))) {
            for (Bundle bundle : applications) {
                try {
                    bundle.stop();
                    stopped.add(bundle);
                } catch (BundleException e) {
                    LOG.error("{} does not stop: {}", text(bundle), FrameworkHost.oneLine(e));
                }
            }
        }
        return stopped;
    }

    private static void startAgain(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            LOG.error("{} does not start again: {}", text(bundle), FrameworkHost.oneLine(e));
        }
    }

    /** Whether it runs, offers nothing that data paths are made of, and no other bundle has its classes. */
    private boolean isApplication(Bundle bundle) {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        return bundle.getState() == Bundle.ACTIVE && wiring.getDependencyClosure(Set.of(bundle)).size() == 1
            && (services == null || Arrays.stream(services).flatMap(service ->
            Arrays.stream((String[]) service.getProperty(Constants.OBJECTCLASS))).noneMatch(type -> type.startsWith(PARTS)));
    }

    private List<Bundle> older(Bundle newer) {
        return Arrays.stream(context.getBundles()).filter(bundle -> newer.getSymbolicName().equals(bundle.getSymbolicName())
            && bundle.getVersion().compareTo(newer.getVersion()) < 0).toList();
    }

    private void supersede(Bundle newer) {
        superseded.addAll(older(newer));
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
