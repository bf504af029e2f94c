package org.millrace.runtime.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many data paths an instance has, and on which processors they run. Each has a run of neighbours of the list, as long as the
 * others' or one longer; if there are more data paths than processors, neighbours share one, and the thread of the first of them.
 *
 * @param shards data paths behind one address, 1 to {@value #MAX_SHARDS}
 * @param cores  processors for all of them, at least one for {@value #MAX_SHARING} data paths; 0: nothing is said of them
 * @param cpus   their numbers, {@code cores} of them in the order of the list; empty: the kernel chooses, and moves them
 */
public record Placement(int shards, int cores, List<Integer> cpus) {
    /** The most data paths of an instance. */
    public static final int MAX_SHARDS = 64;
    /** The most data paths on a thread. */
    public static final int MAX_SHARING = 32;
    static final Set<String> KEYS = Set.of("cores", "shards");
    private static final int MAX_CPU = 8191; // as many as Linux can be built for
    private static final String CORES_ALLOWED = "how many from 1 to " + (MAX_CPU + 1) + ", or which, each once, such as 2-5,8; "
        + "one of them is 3-3";

    static Placement parse(Map<String, String> map) {
        String text = map.getOrDefault("cores", "").strip();
        if (text.isEmpty()) {
            int shards = (int) InstanceConfig.number(map, "shards", 1, 1, MAX_SHARDS);
            return map.containsKey("cores") ? refuse(text) : new Placement(shards, 0, List.of());
        }
        List<Integer> cpus = text.matches("\\d+") ? List.of() : list(text);
        int cores = cpus.isEmpty() ? count(text) : cpus.size();
        int usual = map.containsKey("pipeline") ? 1 : Math.min(cores, MAX_SHARDS); // the others are for the stages
        int shards = (int) InstanceConfig.number(map, "shards", usual, 1, MAX_SHARDS);
        if (shards > cores * MAX_SHARING) {
            throw new ConfigException("shards", map.get("shards"), "a number from 1 to " + cores * MAX_SHARING + ": cores is '" + text
                + "'");
        }
        return new Placement(shards, cores, cpus);
    }

    private static <T> T refuse(String cores) {
        throw new ConfigException("cores", cores, CORES_ALLOWED);
    }

    private static int count(String text) {
        int count = text.length() > 4 ? 0 : Integer.parseInt(text);
        return count >= 1 && count <= MAX_CPU + 1 ? count : refuse(text);
    }

    /**
     * {@return the numbers that a list names, as the kernel writes it too}
     *
     * @throws ConfigException if it is none
     */
    public static List<Integer> list(String text) {
        List<Integer> cpus = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            String range = word.strip();
            if (!range.matches("\\d{1,4}(-\\d{1,4})?")) {
                refuse(text);
            }
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = Integer.parseInt(range.substring(dash + 1));
            if (last < first || last > MAX_CPU) {
                refuse(text);
            }
            IntStream.rangeClosed(first, last).forEach(cpus::add);
        }
        return Set.copyOf(cpus).size() == cpus.size() ? List.copyOf(cpus) : refuse(text);
    }

    /** {@return whether the processors are named} */
    public boolean isPinned() {
        return !cpus.isEmpty();
    }

    /**
     * {@return the processors of a data path; empty: the kernel chooses}
     *
     * @param shard which one, from 0
     */
    public List<Integer> cpus(int shard) {
        int from = shard * cores / shards;
        return isPinned() ? cpus.subList(from, Math.max(from + 1, (shard + 1) * cores / shards)) : List.of();
    }

    /**
     * {@return whose thread runs a data path: the first one's of those that share its processor}
     *
     * @param shard which one, from 0
     */
    public int host(int shard) {
        if (cores == 0 || cores >= shards) {
            return shard;
        }
        int core = shard * cores / shards;
        return (core * shards + cores - 1) / cores;
    }

    /** {@return what the key {@code cores} would say of it} */
    public String text() {
        return isPinned() ? ranges(cpus) : cores == 0 ? "none" : Integer.toString(cores);
    }

    /** {@return numbers of processors as the key would say it, in ascending order: {@code 2-5,8}; one alone is {@code 3-3}} */
    public static String ranges(Collection<Integer> cpus) {
        TreeSet<Integer> sorted = new TreeSet<>(cpus);
        String text = sorted.stream().filter(cpu -> !sorted.contains(cpu - 1)).map(first -> {
            int last = first;
            while (sorted.contains(last + 1)) {
                last++;
            }
            return last == first ? Integer.toString(first) : first + "-" + last;
        }).collect(Collectors.joining(","));
        return text.matches("\\d+") ? text + "-" + text : text;
    }
}
