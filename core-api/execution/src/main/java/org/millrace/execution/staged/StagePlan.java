package org.millrace.execution.staged;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Workflow;

/**
 * Where a program's stages run.
 *
 * @param places      in the order of the pipeline, as far as their rings are bounded
 * @param placeOf     of each workflow, its stages' places by number; {@link #NOWHERE}: left out
 * @param groups      flow groups: what is emitted keeps its order within each
 * @param isSequenced whether order is kept; without, what lanes disturb stays disturbed: to show what it is good for
 */
public record StagePlan(List<Place> places, Map<Workflow, int[]> placeOf, int groups, boolean isSequenced) {
    /** No place. */
    public static final int NOWHERE = -1;

    /**
     * Lanes that run the same stages.
     *
     * @param name     its name
     * @param steer    by what items go to shards: {@link Key#FLOW}, {@link Key#CONTEXT}, or {@link Key#NONE} if there is one shard
     * @param shards   each takes the items of its keys
     * @param replicas lanes of a shard: any of them takes the next item
     * @param ring     items that may wait before each shard; 0: any number
     */
    public record Place(String name, Key steer, int shards, int replicas, int ring) {
    }

    /** {@return the same plan without sequencing} */
    public StagePlan unsequenced() {
        return new StagePlan(places, placeOf, groups, false);
    }

    /**
     * Checks the plan against what the program's stages declare.
     *
     * @param program the program
     * @return why it cannot be, by stage; empty if it can
     */
    public List<FitReport.Reason> check(Program<?> program) {
        List<FitReport.Reason> refused = new ArrayList<>();
        Map<String, Integer> atomic = new HashMap<>();
        for (Workflow workflow : Workflow.values()) {
            int furthest = 0;
            int[] where = placeOf.getOrDefault(workflow, new int[0]);
            List<? extends Stage<?, ?>> stages = program.stages(workflow);
            for (int i = 0; i < stages.size(); i++) {
                StageSpec<?> spec = stages.get(i).spec();
                int place = i < where.length ? where[i] : NOWHERE;
                if (place == NOWHERE) {
                    add(refused, spec, "the mapping leaves it out", "every stage has a place");
                    continue;
                }
                if (place < furthest && places.get(place).ring != 0 && spec.order() == StageSpec.Order.NONE) {
                    add(refused, spec, "in " + workflow + " it comes after what runs at " + places.get(furthest).name
                        + ", but its place " + places.get(place).name + " lies before", "a bounded ring is not gone back to");
                }
                furthest = Math.max(furthest, place);
                checkLanes(spec, places.get(place), refused);
                Integer other = spec.concurrency().isReplicable() ? null : atomic.put(spec.name(), place);
                if (other != null && other != place) {
                    add(refused, spec, "it is at " + places.get(other).name + " and at " + places.get(place).name,
                        "a stage that is " + spec.concurrency() + " has one place");
                }
            }
        }
        return refused.stream().distinct().toList();
    }

    private static void checkLanes(StageSpec<?> spec, Place place, List<FitReport.Reason> refused) {
        if (spec.concurrency().isReplicable() || place.shards * place.replicas == 1) {
            return;
        }
        Key key = spec.key() == Key.MESSAGE ? Key.FLOW : spec.key();
        if (place.replicas > 1 || place.steer != key) {
            add(refused, spec, "it is " + spec.concurrency() + " and may not be replicated, but any of "
                + Math.max(place.replicas, place.shards) + " lanes at " + place.name + " would take an item of a " + spec.key(),
                key == Key.NONE ? "it runs on one lane" : "one lane for each " + spec.key() + ": steer by " + key);
        }
    }

    private static void add(List<FitReport.Reason> refused, StageSpec<?> spec, String detail, String limit) {
        refused.add(new FitReport.Reason(spec.name(), "", 0, limit, detail));
    }
}
