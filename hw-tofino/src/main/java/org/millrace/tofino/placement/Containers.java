package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Table;

/**
 * Which fields are alive in which physical stage of which thread, as a compiler would overlay them in the header vector: a
 * field from where it is parsed or first written to where it is last read, or to the end if the wire or the host gets it.
 */
public final class Containers {
    private final Map<List<Object>, int[]> lives = new LinkedHashMap<>();
    private final Map<String, Boolean> isComputed = new HashMap<>();

    Containers(Map<Table, Integer> places, BiFunction<Table, Workflow, Access> accesses) {
        places.forEach((table, at) -> table.workflows().forEach(w -> {
            Access access = accesses.apply(table, w);
            for (Set<String> names : List.of(access.matches(), access.reads(), access.sees(), access.shows(), access.writes())) {
                names.forEach(name -> lives.merge(List.of(name, table.isIngress()), new int[] {at, at},
                    (a, b) -> new int[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])}));
            }
        }));
        places.keySet().forEach(t -> t.cases().forEach(c -> c.action().assignments().forEach(a -> isComputed.merge(
            a.target().name(), !(a.value() instanceof Expr.Input || a.value() instanceof Expr.Const), Boolean::logicalOr))));
    }

    /**
     * What is alive at once.
     *
     * @param at         the physical stage where it is most
     * @param containers how many containers of 8, 16 and 32 bits the fields take
     * @param computed   how many of them an ALU writes a computed value to
     * @param largest    names of fields that live there longest
     */
    public record Peak(int at, int[] containers, int[] computed, List<String> largest) {
    }

    /**
     * {@return where most containers are taken}
     *
     * @param bits   of each field
     * @param parsed fields that the parser sets, that copies carry, or that the wire or the host gets: alive from the first
     *               stage to the last
     * @param stages of the pipe
     */
    public Peak peak(Map<String, Integer> bits, Set<String> parsed, int stages) {
        Peak most = new Peak(0, new int[3], new int[3], List.of());
        for (int stage = 0; stage < stages; stage++) {
            int[] containers = new int[3];
            int[] computed = new int[3];
            Map<String, Integer> alive = new TreeMap<>();
            for (Map.Entry<List<Object>, int[]> life : lives.entrySet()) {
                String name = (String) life.getKey().getFirst();
                boolean isParsed = parsed.contains(name);
                int first = isParsed ? -1 : life.getValue()[0];
                int last = isParsed ? stages : life.getValue()[1];
                if (first < stage && stage <= last || first == last && first == stage) {
                    int size = bits.getOrDefault(name, 32) <= 8 ? 0 : bits.getOrDefault(name, 32) <= 16 ? 1 : 2;
                    containers[size]++;
                    computed[size] += isComputed.getOrDefault(name, false) ? 1 : 0;
                    alive.put(name, last - first);
                }
            }
            if (containers[2] > most.containers[2]) {
                List<String> names = new ArrayList<>(alive.keySet());
                names.sort(Comparator.comparingInt((String n) -> -alive.get(n)).thenComparing(n -> n));
                most = new Peak(stage, containers, computed, names.subList(0, Math.min(5, names.size())));
            }
        }
        return most;
    }
}
