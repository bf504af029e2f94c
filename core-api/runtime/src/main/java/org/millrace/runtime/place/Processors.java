package org.millrace.runtime.place;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.Placement;

/**
 * The processors of a machine, as far as this process may run on them: what is left by the affinity that it was started with and by
 * its cgroup (cpuset). What the kernel does not tell is not held against anybody.
 */
public final class Processors {
    private static final String ALLOWED = "Cpus_allowed_list:";

    private final Path root;
    private final List<Integer> allowed;

    private Processors(Path root, List<Integer> allowed) {
        this.root = root;
        this.allowed = allowed;
    }

    /**
     * {@return those of the machine whose {@code /proc} and {@code /sys} are below a directory}
     *
     * @param root {@code /}
     */
    public static Processors of(Path root) {
        return new Processors(root, lines(root.resolve("proc/self/status")).stream().filter(line -> line.startsWith(ALLOWED))
            .findFirst().map(line -> Placement.list(line.substring(ALLOWED.length()).strip())).orElse(List.of()));
    }

    /** {@return those of this machine} */
    public static Processors ofMachine() {
        return of(Path.of("/"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException none) {
            return List.of();
        }
    }

    /** {@return those that this process may run on, in ascending order; empty: the kernel does not say} */
    public List<Integer> allowed() {
        return allowed;
    }

    /**
     * Checks that the processors that are wanted are there.
     *
     * @throws ConfigException if not, with what is
     */
    public void check(Placement placement) {
        if (allowed.isEmpty()) {
            return;
        }
        if (placement.isPinned() ? !allowed.containsAll(placement.cpus()) : placement.cores() > allowed.size()) {
            String may = "which are the processors that this process may run on";
            throw new ConfigException("cores", placement.text(), "a number from 1 to " + allowed.size() + " or a list of "
                + Placement.ranges(allowed) + ", " + may);
        }
    }

    /**
     * {@return a line for people if processors are on another NUMA node than the interface, else null}
     *
     * @param placement     the processors
     * @param interfaceName of the network
     */
    public String distance(Placement placement, String interfaceName) {
        List<String> node = lines(root.resolve("sys/class/net").resolve(interfaceName).resolve("device/numa_node"));
        if (!placement.isPinned() || node.isEmpty() || node.getFirst().startsWith("-")) {
            return null;
        }
        Map<String, List<Integer>> nodes = nodes();
        List<Integer> near = nodes.getOrDefault(node.getFirst(), List.of());
        List<Integer> far = placement.cpus().stream().filter(cpu -> !near.contains(cpu)).toList();
        if (near.isEmpty() || far.isEmpty()) {
            return null;
        }
        List<Integer> better = near.stream().filter(allowed::contains).toList();
        return "processors " + Placement.ranges(far) + " are not on NUMA node " + node.getFirst() + ", where interface "
            + interfaceName + " is: each frame crosses between them; " + (better.isEmpty() ? "this process may run on none of its"
            : "on it are " + Placement.ranges(better));
    }

    /** Processors by node. */
    private Map<String, List<Integer>> nodes() {
        Map<String, List<Integer>> nodes = new TreeMap<>();
        try (var directories = Files.newDirectoryStream(root.resolve("sys/devices/system/node"), "node[0-9]*")) {
            for (Path directory : directories) {
                lines(directory.resolve("cpulist")).stream().filter(list -> !list.isBlank()).findFirst().ifPresent(list ->
                    nodes.put(directory.getFileName().toString().substring("node".length()), Placement.list(list.strip())));
            }
        } catch (IOException none) {
            return Map.of();
        }
        return nodes;
    }
}
