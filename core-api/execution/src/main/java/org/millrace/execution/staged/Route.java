package org.millrace.execution.staged;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.StageSpec.Order;
import org.millrace.api.pipeline.Workflow;

/**
 * A workflow's way through the places.
 *
 * @param workflow    the workflow
 * @param legs        one a visit of a place
 * @param orderedLegs how many of them are ordered
 * @param emissionLeg the last leg that is ordered by flow, in whose order what is sent is sent; -1: that of entry
 */
record Route(Workflow workflow, Leg[] legs, int orderedLegs, int emissionLeg) {
    /**
     * Consecutive stages at one place.
     *
     * @param place   its number
     * @param from    the first stage in the workflow
     * @param to      behind the last
     * @param ordered which of the route's ordered legs it is; -1: items pass it in any order
     */
    record Leg(int place, int from, int to, int ordered) {
    }

    int place(int leg) {
        return legs[leg].place;
    }

    static Route of(Workflow workflow, List<? extends Stage<?, ?>> stages, StagePlan plan) {
        int[] where = plan.placeOf().getOrDefault(workflow, new int[0]);
        List<Leg> legs = new ArrayList<>();
        int ordered = 0;
        int emission = -1;
        int from = 0;
        while (from < stages.size()) {
            int to = from;
            boolean isOrdered = false;
            while (to < stages.size() && where[to] == where[from]) {
                StageSpec<?> spec = stages.get(to++).spec();
                isOrdered |= spec.order() != Order.NONE;
                if (spec.order() != Order.NONE && (spec.key() == Key.FLOW || spec.key() == Key.MESSAGE)) {
                    emission = legs.size();
                }
            }
            legs.add(new Leg(where[from], from, to, isOrdered && plan.isSequenced() ? ordered++ : -1));
            from = to;
        }
        return new Route(workflow, legs.toArray(Leg[]::new), ordered, emission);
    }
}
