package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.memory.Threads;
import org.millrace.testkit.Eventually;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleWiring;

/** Bundles that come, go and take over while data paths run. */
@Timeout(240)
class DeployTest {
    @TempDir
    Path directory;
    private DeployWorld world;

    @BeforeEach
    void start() throws Exception {
        world = new DeployWorld(directory);
        world.drop("main.cfg", world.dataPath("main", "wire"));
        world.awaitLine("main runs [tcp-flextoe]");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"millrace-tcp-flextoe", "millrace-hw-bluefield"})
    void newVersionTakesLiveConnectionsOverAndTheOldClassesAreCollected(String name) throws Exception {
        WeakReference<ClassLoader> old = loader(world.bundles(name).getFirst());
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
            world.dropVersion(name, "0.2.0");
            client.echoUntil(() -> !world.lines("0.1.0.SNAPSHOT is uninstalled").isEmpty());
        }
        assertThat(world.awaitLine("0.2.0 instead of 0.1.0.SNAPSHOT now runs")).contains(" 1 connections paused");
        assertThat(world.bundles(name)).extracting(bundle -> bundle.getVersion().toString()).containsExactly("0.2.0");
        assertThat(world.eventsOfOthers(name)).isEmpty();
        Eventually.holds(() -> {
            System.gc();
            return old.get() == null;
        }, () -> "the old class loader is still reachable");
    }

    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    @Test
    void newVersionThatCannotTakeOverLeavesTheOldOneRunning() throws Exception {
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
            world.dropVersion("millrace-tcp-flextoe", "0.2.0", manifest -> { }, "FlexToe.class");
            client.echoUntil(() -> !world.lines("0.1.0.SNAPSHOT runs on, 0.2.0 is not taken").isEmpty());
        }
        assertThat(world.lines("ERROR")).hasSize(1);
        assertThat(world.bundles("millrace-tcp-flextoe")).hasSize(2);
        assertThat(world.eventsOfOthers("millrace-tcp-flextoe")).isEmpty();
    }

    @Test
    void bundleIsStartedAndGoesWithItsFile() throws Exception {
        bundle("visitor.jar", "Bundle-SymbolicName", "visitor", "Bundle-Version", "1.0");
        world.awaitLine("visitor 1.0.0 is started");
        bundle("visitor.jar", "Bundle-SymbolicName", "visitor", "Bundle-Version", "1.1");
        world.awaitLine("visitor 1.1.0 is started");
        world.awaitLine("visitor 1.0.0 is uninstalled");
        world.remove("visitor.jar");
        world.awaitLine("visitor 1.1.0 is uninstalled");
        assertThat(world.bundles("visitor")).isEmpty();
        assertThat(world.eventsOfOthers("visitor")).isEmpty();
    }

    @Test
    void transportInUseStaysWhenItsFileGoes() throws Exception {
        world.dropVersion("millrace-tcp-flextoe", "0.2.0");
        world.awaitLine("0.1.0.SNAPSHOT is uninstalled");
        world.remove("millrace-tcp-flextoe-0.2.0.jar");
        world.awaitLine("a data path runs millrace-tcp-flextoe 0.2.0: it stays until none does");
        world.remove("main.cfg");
        world.awaitLine("millrace-tcp-flextoe 0.2.0 is uninstalled");
    }

    @Test
    void badBundlesAreRefusedInOneLineEach() throws Exception {
        byte[] whole = Files.readAllBytes(DeployWorld.inImage("millrace-tcp-laminar"));
        world.moveIn(Files.write(directory.resolve("cut.jar"), Arrays.copyOf(whole, whole.length / 2)));
        assertThat(world.awaitLine("cut.jar")).contains("is not installed: the jar is corrupt");
        byte[] holed = whole.clone();
        Arrays.fill(holed, whole.length / 2, whole.length / 2 + 4000, (byte) 0);
        world.moveIn(Files.write(directory.resolve("holed.jar"), holed));
        assertThat(world.awaitLine("holed.jar")).contains("is not installed: the jar is corrupt");
        world.moveIn(Files.write(directory.resolve("twin.jar"), whole));
        assertThat(world.awaitLine("twin.jar"))
            .contains("is not installed: millrace-tcp-laminar 0.1.0.SNAPSHOT is there already, from ");
        bundle("plain.jar");
        assertThat(world.awaitLine("plain.jar")).contains("it is no bundle");
        world.dropVersion("millrace-tcp-laminar", "0.3.0", m -> m.putValue("Import-Package",
            m.getValue("Import-Package") + ",org.millrace.agilio;version=\"[1.2,2)\""), "");
        assertThat(world.awaitLine("millrace-tcp-laminar 0.3.0 does not start")).contains(
            "it needs package org.millrace.agilio version >= 1.2.0 below 2.0.0, which nothing here provides");
        bundle("needy.jar", "Bundle-SymbolicName", "needy", "Require-Capability",
            "millrace.hardware;filter:=\"(mirror=true)\"");
        assertThat(world.awaitLine("needy 0.0.0 does not start")).contains("it needs millrace.hardware (mirror=true)");
        assertThat(world.lines("ERROR")).hasSize(6).noneMatch(line -> line.contains("\n"));
        assertThat(world.eventsOfOthers("-")).isEmpty();
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
        }
    }

    @Test
    void bundleStartsWhenWhatItNeedsArrives() throws Exception {
        bundle("needy.jar", "Bundle-SymbolicName", "needy", "Require-Capability", "test.thing");
        world.awaitLine("needy 0.0.0 does not start");
        bundle("thing.jar", "Bundle-SymbolicName", "thing", "Provide-Capability", "test.thing");
        world.awaitLine("needy 0.0.0 is started");
    }

    /** The close interrupts the deploy thread, which is held until the close waits, or has not. */
    @Test
    void closeWaitsForWhatIsBeingDone() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicBoolean doneWhenClosed = new AtomicBoolean();
        CountDownLatch starting = new CountDownLatch(1);
        Thread closer = new Thread(() -> {
            world.folder.close();
            doneWhenClosed.set(done.get());
        });
        Thread held = new Thread(() -> Eventually.holds(
            () -> Set.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED).contains(closer.getState()), closer::getState));
        world.host.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STARTING && "visitor".equals(event.getBundle().getSymbolicName())) {
                starting.countDown();
                held.start();
                Threads.joinUninterruptibly(held);
                done.set(true);
            }
        });
        bundle("visitor.jar", "Bundle-SymbolicName", "visitor", "Bundle-Version", "1.0");
        starting.await();
        closer.start();
        closer.join();
        assertThat(doneWhenClosed).isTrue();
    }

    private void bundle(String file, String... headers) throws Exception {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        for (int i = 0; i < headers.length; i += 2) {
            main.putValue(headers[i], headers[i + 1]);
        }
        Path jar = directory.resolve(file);
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream to = new JarOutputStream(out, manifest)) {
            to.finish();
        }
        world.moveIn(jar);
    }

    @Test
    void applicationsNewVersionListensWhereTheOldOneDid() throws Exception {
        world.dropVersion("millrace-fileserver", "99.0.0");
        Eventually.holds(() -> world.bundles("millrace-fileserver").size() == 1
            && world.bundles("millrace-fileserver").getFirst().getVersion().getMajor() == 99, () -> "not replaced");
        try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
            client.echoUntil(() -> true);
        }
        assertThat(world.lines("ERROR")).isEmpty();
    }
}
