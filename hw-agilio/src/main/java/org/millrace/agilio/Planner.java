package org.millrace.agilio;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.agilio.machine.Mapping;
import org.millrace.agilio.machine.Mapping.Place;
import org.millrace.agilio.machine.Mapping.Steer;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.StageSpec.Order;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.staged.StagePlan;

/** Makes a plan of a mapping: names and words become a place for each stage. */
final class Planner {
    private final Mapping mapping;

    private Planner(Mapping mapping) {
        this.mapping = mapping;
    }

    /** {@return the mapping that ships for a program: the figure's if it has all stages that the figure names} */
    static Mapping shipped(Program<?> program) {
        Set<String> stages = new HashSet<>();
        for (Workflow workflow : Workflow.values()) {
            program.stages(workflow).forEach(stage -> stages.add(stage.spec().name()));
        }
        Mapping figure = Mapping.fig48();
        return figure.places().stream().flatMap(place -> place.stages().stream()).filter(name -> !name.equals(Mapping.ANY))
            .allMatch(stages::contains) ? figure : Mapping.byKind();
    }

    static StagePlan plan(Mapping mapping, Program<?> program) {
        Planner planner = new Planner(mapping);
        List<StagePlan.Place> places = new ArrayList<>();
        mapping.places().forEach(place -> places.add(planner.place(place)));
        Map<Workflow, int[]> placeOf = new EnumMap<>(Workflow.class);
        for (Workflow workflow : Workflow.values()) {
            placeOf.put(workflow, planner.placesOf(program.stages(workflow)));
        }
        return new StagePlan(List.copyOf(places), placeOf, mapping.groups(), mapping.isSequenced());
    }

    private StagePlan.Place place(Place place) {
        int islands = place.isInGroups() ? mapping.groups() : 1;
        int fpcs = islands * place.fpcs();
        return switch (place.steer()) {
            case ANY -> new StagePlan.Place(place.name(), Key.NONE, 1, fpcs, place.ring());
            case GROUP -> new StagePlan.Place(place.name(), Key.FLOW, islands, place.fpcs(), place.ring());
            case FLOW -> new StagePlan.Place(place.name(), Key.FLOW, fpcs, 1, place.ring());
            case CONTEXT -> new StagePlan.Place(place.name(), Key.CONTEXT, fpcs, 1, place.ring());
        };
    }

    private int[] placesOf(List<? extends Stage<?, ?>> stages) {
        int first = stages.size();
        int last = -1;
        for (int i = 0; i < stages.size(); i++) {
            if (isOrderedByFlow(stages.get(i).spec())) {
                first = Math.min(first, i);
                last = i;
            }
        }
        int[] where = new int[stages.size()];
        for (int i = 0; i < where.length; i++) {
            StageSpec<?> spec = stages.get(i).spec();
            where[i] = named(spec.name());
            where[i] = where[i] >= 0 || i < first || i > last ? where[i] : named(Mapping.FLOW);
            where[i] = where[i] >= 0 || i >= first ? where[i] : named(Mapping.ENTRY);
            where[i] = where[i] >= 0 || !spec.externs().contains(PayloadDma.class) ? where[i] : named(Mapping.PAYLOAD);
            where[i] = where[i] >= 0 || spec.key() != Key.CONTEXT ? where[i] : named(Mapping.CONTEXT);
            where[i] = where[i] >= 0 ? where[i] : unnamed(spec);
        }
        return where;
    }

    private static boolean isOrderedByFlow(StageSpec<?> spec) {
        return spec.order() != Order.NONE && (spec.key() == Key.FLOW || spec.key() == Key.MESSAGE);
    }

    private int named(String name) {
        for (int i = 0; i < mapping.places().size(); i++) {
            if (mapping.places().get(i).stages().contains(name)) {
                return i;
            }
        }
        return StagePlan.NOWHERE;
    }

    /** What nobody names goes where it may: what must not be replicated to where its key is steered to. */
    private int unnamed(StageSpec<?> spec) {
        int any = named(Mapping.ANY);
        if (any == StagePlan.NOWHERE || spec.concurrency().isReplicable()) {
            return any;
        }
        Steer steer = spec.key() == Key.CONTEXT ? Steer.CONTEXT : Steer.FLOW;
        for (int i = 0; i < mapping.places().size(); i++) {
            if (mapping.places().get(i).steer() == steer) {
                return i;
            }
        }
        return any;
    }
}
