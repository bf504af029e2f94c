package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.launcher.image.Image;

/** A stage extension is a bundle like any other: dropped in it runs, taken away it does not, and connections go on. */
@Timeout(240)
class ExtensionDeployTest {
    @TempDir
    Path directory;

    @Test
    void packetCounterComesAndGoesUnderALiveConnection() throws Exception {
        try (DeployWorld world = new DeployWorld(directory)) {
            world.drop("main.cfg", world.dataPath("main", "wire"));
            world.awaitLine("main runs [tcp-flextoe]");
            try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
                client.echoUntil(() -> true);
                world.moveIn(Files.copy(example("packet-counter"), directory.resolve("counter.jar")));
                client.echoUntil(() -> counted(world) > 100);
                assertThat(world.lines("counting packets")).hasSize(1);
                world.remove("counter.jar");
                client.echoUntil(() -> !world.lines("no longer counting packets").isEmpty()
                    && world.bundles("millrace-extension-packet-counter").isEmpty());
                assertThat(counted(world)).isZero();
            }
            assertThat(world.lines("WARN")).isEmpty();
            assertThat(world.lines("ERROR")).isEmpty();
            assertThat(world.eventsOfOthers("millrace-extension-packet-counter")).isEmpty();
        }
    }

    @Test
    void newVersionTakesThePlaceOfTheOldInOneStep() throws Exception {
        try (DeployWorld world = new DeployWorld(directory)) {
            world.drop("main.cfg", world.dataPath("main", "wire"));
            world.awaitLine("main runs [tcp-flextoe]");
            try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
                world.moveIn(Files.copy(example("packet-counter"), directory.resolve("counter.jar")));
                client.echoUntil(() -> counted(world) > 100 && !world.lines("main has swapped").isEmpty()); // said after it has
                int swaps = world.lines("main has swapped").size();
                world.moveIn(world.version(example("packet-counter"), "counter.jar", "99.0.0", manifest -> { }, ""));
                client.echoUntil(() -> !world.lines("no longer counting packets").isEmpty()
                    && world.bundles("millrace-extension-packet-counter").size() == 1);
                assertThat(world.bundles("millrace-extension-packet-counter").getFirst().getVersion().getMajor()).isEqualTo(99);
                assertThat(world.lines("main has swapped")).as("old for new at once").hasSize(swaps + 1);
                long before = counted(world);
                client.echoUntil(() -> counted(world) > before + 100);
            }
            assertThat(world.lines("WARN")).isEmpty();
            assertThat(world.lines("ERROR")).isEmpty();
        }
    }

    @Test
    void newVersionThatIsRefusedLeavesTheOldInForceAndTheInstanceDegraded() throws Exception {
        try (DeployWorld world = new DeployWorld(directory)) {
            world.drop("main.cfg", world.dataPath("main", "wire"));
            world.awaitLine("main runs [tcp-flextoe]");
            try (LiveClient client = new LiveClient(directory.resolve("wire"))) {
                world.moveIn(Files.copy(example("packet-counter"), directory.resolve("counter.jar")));
                client.echoUntil(() -> counted(world) > 100);
                world.moveIn(world.version(example("packet-counter"), "counter.jar", "99.0.0",
                    manifest -> manifest.putValue("Import-Package", "org.nobody;version=7"), ""));
                world.awaitLine("does not start");
                long before = counted(world);
                client.echoUntil(() -> counted(world) > before + 100);
            }
        }
    }

    private static Path example(String name) throws Exception {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Image.directory().resolve("extensions"),
                "millrace-extension-" + name + "-*")) {
            return found.iterator().next();
        }
    }

    private static long counted(DeployWorld world) {
        return world.host.counters().entrySet().stream().filter(e -> e.getKey().endsWith("packet-counter.packets"))
            .mapToLong(Map.Entry::getValue).sum();
    }
}
