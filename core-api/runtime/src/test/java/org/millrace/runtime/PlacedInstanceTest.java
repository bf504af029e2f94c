package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.place.Processors;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Eventually;

/** Instances whose data paths are told where to run. */
@Timeout(60)
class PlacedInstanceTest {
    private static final String LAST = Processors.of(Path.of("/")).allowed().getLast().toString();
    private static final String LAST_ALONE = LAST + "-" + LAST;

    /** Starts one that is alone on its processor as soon as no other process's is, of another build on this machine say. */
    private static Instance startAlone(String name, String... more) {
        List<String> keys = new ArrayList<>(List.of("cores", LAST_ALONE));
        keys.addAll(List.of(more));
        String here = "(process " + ProcessHandle.current().pid() + ")";
        Instance[] started = new Instance[1];
        Eventually.holds(() -> {
            try {
                started[0] = start(name, keys.toArray(String[]::new));
            } catch (ConfigException taken) {
                if (!taken.getMessage().contains("is that of instance") || taken.getMessage().contains(here)) {
                    throw taken;
                }
            }
            return started[0] != null;
        }, () -> "another process stays on processor " + LAST);
        return started[0];
    }

    private static Instance start(String name, String... keys) {
        Map<String, String> map = new TreeMap<>(Map.of("instance", name));
        for (int i = 0; i < keys.length; i += 2) {
            map.put(keys[i], keys[i + 1]);
        }
        return GivenPort.start(MemoryPort.pair(Map.of())[0], "10.0.0.1", map);
    }

    /** Where the kernel lets the threads of an instance run. */
    private static List<String> processors(String name) throws IOException {
        List<String> found = new ArrayList<>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (lines(task.resolve("comm")).anyMatch(line -> line.startsWith("millrace-" + name))) {
                    lines(task.resolve("status")).filter(line -> line.startsWith("Cpus_allowed_list"))
                        .forEach(line -> found.add(line.replaceAll(".*\\s", "")));
                }
            }
        }
        return found;
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException ended) {
            return Stream.of(); // a thread may end meanwhile
        }
    }

    /** A thread has its name a while after it has begun. */
    private static List<String> processorsOnceThere(String name) {
        Eventually.holds(() -> !processors(name).isEmpty(), () -> "no thread is named millrace-" + name);
        try {
            return processors(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void dataPathStaysOnItsProcessorWhichNoOtherInstanceGets() throws IOException {
        try (Instance placed = startAlone("placed")) {
            assertThat(placed.status().contexts()).as("it runs").isZero();
            assertThat(processorsOnceThere("placed")).containsExactly(LAST);
            assertThatThrownBy(() -> start("second", "cores", LAST_ALONE)).isInstanceOf(ConfigException.class).hasMessageStartingWith(
                "cores is '" + LAST_ALONE + "', allowed is processors that no other instance stays on, but " + LAST
                    + " is that of instance 'placed'");
        }
        startAlone("second").close();
    }

    @Test
    void lanesStayOnItToo() throws Exception {
        try (Instance placed = startAlone("lanes", "pipeline", "dma")) {
            assertThat(processorsOnceThere("lane")).containsOnly(LAST);
            placed.swap(SwapRequest.KEEP.warmUp(0).transport(0, new TransportChoice(new FlexToeFactory(), Map.of())));
            assertThat(processorsOnceThere("lane")).as("those of the new side").containsOnly(LAST);
        }
    }

    @Test
    void numberOfProcessorsLeavesTheChoiceToTheKernel() throws IOException {
        try (Instance free = start("free", "cores", "1")) {
            assertThat(free.status().contexts()).isZero();
            assertThat(processorsOnceThere("free")).containsExactly(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list")).findFirst().orElseThrow().replaceAll(".*\\s", ""));
        }
    }

    @Test
    void whatIsRefusedIsNotKept() {
        assertThatThrownBy(() -> start("far", "cores", LAST + ",8000")).isInstanceOf(ConfigException.class)
            .hasMessageContaining("which are the processors that this process may run on");
        assertThatThrownBy(() -> start("many", "cores", "8000")).isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("cores is '8000', allowed is a number from 1 to ");
        startAlone("second").close();
    }
}
