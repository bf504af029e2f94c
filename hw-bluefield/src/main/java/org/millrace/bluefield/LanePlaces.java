package org.millrace.bluefield;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Workflow;
import org.millrace.bluefield.LanePlan.Kind;
import org.millrace.execution.staged.StagePlan;

/**
 * The places of a program's stages: of those before the first that is ordered by flow, those up to the last, those behind, and those that move payload
 * or tell applications; the first three may have lanes, the last stays on the data path's thread.
 */
final class LanePlaces {
    static final int END = Kind.DMA.ordinal();
    /** What more than one thread may call: looked up in what changes only while no stage runs, computed, or noted and done later. */
    private static final Set<Class<? extends Extern>> CALLED_BY_LANES = Set.of(FlowLookup.class, Timestamps.class, FlowQueue.class);

    private LanePlaces() {
    }

    static StagePlan plan(LanePlan lanes, Program<?> program) {
        Map<Workflow, int[]> placeOf = new EnumMap<>(Workflow.class);
        for (Workflow workflow : Workflow.values()) {
            placeOf.put(workflow, placesOf(program.stages(workflow)));
        }
        return new StagePlan(List.of(new StagePlan.Place(Kind.PRE.word(), Key.NONE, 1, Math.max(1, lanes.lanes(Kind.PRE)), 0),
            byFlow(lanes, Kind.PROTOCOL), byFlow(lanes, Kind.POST), new StagePlan.Place("end", Key.NONE, 1, 1, 0)), placeOf, 1, true);
    }

    private static StagePlan.Place byFlow(LanePlan lanes, Kind kind) {
        int count = Math.max(1, lanes.lanes(kind));
        return new StagePlan.Place(kind.word(), count == 1 ? Key.NONE : Key.FLOW, count, 1, 0);
    }

    private static int[] placesOf(List<? extends Stage<?, ?>> stages) {
        int last = -1;
        int first = stages.size();
        int end = stages.size();
        for (int i = stages.size() - 1; i >= 0; i--) {
            StageSpec<?> spec = stages.get(i).spec();
            if (spec.order() != StageSpec.Order.NONE && (spec.key() == Key.FLOW || spec.key() == Key.MESSAGE)) {
                last = Math.max(last, i);
                first = i;
            }
            end = spec.externs().contains(PayloadDma.class) || spec.externs().contains(ContextQueue.class) ? i : end;
        }
        int[] places = new int[stages.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = i >= end && i > last ? END : i < first && last >= 0 || last < 0 ? Kind.PRE.ordinal()
                : i <= last ? Kind.PROTOCOL.ordinal() : Kind.POST.ordinal();
        }
        return places;
    }

    /** {@return where a stage goes, in words} */
    static String text(LanePlan lanes, Program<?> program, Workflow workflow, int order) {
        int place = plan(lanes, program).placeOf().get(workflow)[order];
        int count = place == END ? 0 : lanes.lanes(Kind.values()[place]);
        return count == 0 ? "core 0, order " + order : Kind.values()[place].word() + (count == 1 ? ", one lane" : ", " + count + " lanes");
    }

    /** {@return why stages cannot have the lanes that they are to have; empty if they can} */
    static List<FitReport.Reason> check(LanePlan lanes, Program<?> program) {
        List<FitReport.Reason> refused = new ArrayList<>();
        if (!lanes.hasStages()) {
            return refused;
        }
        if (!program.mirrors().isEmpty()) {
            refused.add(new FitReport.Reason("", "", 0, "pipeline is '" + lanes + "', for this program it can be dma",
                program.name() + " mirrors, which a lane cannot"));
            return refused;
        }
        StagePlan plan = plan(lanes, program);
        refused.addAll(plan.check(program));
        Map<String, Integer> places = new HashMap<>();
        for (Workflow workflow : Workflow.values()) {
            int[] placeOf = plan.placeOf().get(workflow);
            for (int i = 0; i < placeOf.length; i++) {
                check(lanes, program.stages(workflow).get(i).spec(), placeOf[i], places, refused);
            }
        }
        return refused.stream().distinct().toList();
    }

    private static void check(LanePlan lanes, StageSpec<?> spec, int place, Map<String, Integer> places, List<FitReport.Reason> refused) {
        Integer other = spec.concurrency() == Concurrency.COMMUTATIVE ? places.put(spec.name(), place) : null;
        if (other != null && other != place) {
            refuse(refused, lanes, spec, "it adds at two places, and what two lanes add at once is lost");
        }
        if (place == END || lanes.lanes(Kind.values()[place]) == 0) {
            return;
        }
        String where = Kind.values()[place].word();
        if (!CALLED_BY_LANES.containsAll(spec.externs())) {
            refuse(refused, lanes, spec, "at " + where + " it calls "
                + spec.externs().stream().filter(extern -> !CALLED_BY_LANES.contains(extern)).map(Class::getSimpleName).toList().getFirst()
                + ", which the data path's thread alone may");
        }
        boolean isByFlow = place != Kind.PRE.ordinal() && (spec.key() == Key.FLOW || spec.key() == Key.MESSAGE);
        if (spec.concurrency() == Concurrency.COMMUTATIVE && lanes.lanes(Kind.values()[place]) > 1 && !isByFlow) {
            refuse(refused, lanes, spec, "at " + where + " it adds to what is not one lane's, and what two lanes add at once is lost");
        }
    }

    private static void refuse(List<FitReport.Reason> refused, LanePlan lanes, StageSpec<?> spec, String detail) {
        refused.add(new FitReport.Reason(spec.name(), "", 0, "pipeline is '" + lanes + "', dma is possible for every program", detail));
    }
}
