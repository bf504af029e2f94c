package org.millrace.runtime.place;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
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

    /**
     * {@return a line for people if a quota of processor time (cgroup, versions 1 and 2) is less than the processors that are to be
     * used, else null}
     *
     * @param placement the processors
     */
    public String quota(Placement placement) {
        int wanted = placement.cores() == 0 ? placement.shards() : placement.cores();
        Quota least = lines(root.resolve("proc/self/cgroup")).stream().flatMap(this::quotas)
            .min(Comparator.comparingDouble(Quota::processors)).orElse(null);
        if (least == null || least.processors() >= wanted) {
            return null;
        }
        return String.format(Locale.ROOT, "/%s leaves this process the time of %.2f processors, and it is to use %d: who has used up its "
            + "part stands still for the rest of %d ms; use fewer, or raise it", root.relativize(least.file), least.processors(), wanted,
            least.periodUs / 1000);
    }

    /** How long the processes of a cgroup may run, all together, in each period, us. */
    private record Quota(Path file, long us, long periodUs) {
        double processors() {
            return (double) us / periodUs;
        }
    }

    /** Of a cgroup that the process is in, a line of {@code /proc/self/cgroup}, and of those around it. */
    private Stream<Quota> quotas(String line) {
        String[] words = line.split(":", 3); // number, controllers, path
        boolean isSecond = words[1].isEmpty();
        if (!isSecond && !List.of(words[1].split(",")).contains("cpu")) {
            return Stream.empty();
        }
        Path mounted = root.resolve("sys/fs/cgroup").resolve(words[1]);
        Path group = mounted.resolve(words[2].substring(1));
        return Stream.iterate(group, each -> each.startsWith(mounted), Path::getParent)
            .map(each -> isSecond ? quota(each.resolve("cpu.max"), each.resolve("cpu.max"), 1)
                : quota(each.resolve("cpu.cfs_quota_us"), each.resolve("cpu.cfs_period_us"), 0))
            .filter(Objects::nonNull);
    }

    /** Null: there is none ({@code max}, -1, no file). */
    private static Quota quota(Path file, Path periodFile, int periodWord) {
        List<String> quota = lines(file);
        List<String> period = lines(periodFile);
        if (quota.isEmpty() || period.isEmpty() || !quota.getFirst().matches("\\d+( \\d+)?")) {
            return null;
        }
        return new Quota(file, Long.parseLong(quota.getFirst().split(" ")[0]), Long.parseLong(period.getFirst().split(" ")[periodWord]));
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
