package org.millrace.agilio;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.agilio.model.CostTable;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.ForeignExterns;
import org.millrace.code.check.Effects;
import org.millrace.code.check.ProgramChecker;
import org.millrace.code.count.CountedStage;
import org.millrace.execution.staged.StagePlan;

/** Decides whether a program fits the machine under a mapping, and says what it takes where. */
final class Fitter {
    private static final String NO_DIVIDER = "an FPC has no divider: shift, multiply by a constant's reciprocal (a constant divisor is "
        + "taken as that), or let the control plane compute it";
    private static final String NO_FLOAT = "an FPC has no floating point: use fixed point, integers of a fraction";
    private static final String NO_TIMER = "an FPC has no timer and no clock: the time is the argument nowNs, and what is to happen later is "
        + "given to a flow queue";
    private static final Set<String> TIMERS = Set.of("System.nanoTime", "System.currentTimeMillis", "Thread.sleep", "Instant.now",
        "LockSupport.parkNanos");

    private final Machine machine;
    private final Mapping mapping;
    private final Program<?> program;
    private final Capacity capacity;
    private final Predicate<Extern> isHandedOut;
    private final StagePlan plan;
    private final CostTable costs = new CostTable();
    private final Set<FitReport.Reason> refused = new LinkedHashSet<>();

    Fitter(Machine machine, Mapping mapping, Program<?> program, Capacity capacity, Predicate<Extern> isHandedOut) {
        this.machine = machine;
        this.mapping = mapping;
        this.program = program;
        this.capacity = capacity;
        this.isHandedOut = isHandedOut;
        plan = Planner.plan(mapping, program);
    }

    AgilioReport report() {
        List<AgilioReport.Place> places = new ArrayList<>();
        refused.addAll(plan.check(program));
        checkCode();
        checkCores();
        for (int place = 0; place < mapping.places().size(); place++) {
            places.add(place(place));
        }
        places.forEach(this::checkPlace);
        AgilioReport report = new AgilioReport(program.name(), machine, mapping, capacity, new FitReport(List.of(), List.of()), places);
        report.rows().stream().filter(row -> row.used() > row.of() && row.name().matches("CLS.*|IMEM.*|EMEM.*"))
            .forEach(row -> refuse("", row.used() + " for " + capacity.flows() + " flows", row.name() + ", at most " + row.of()));
        return new AgilioReport(program.name(), machine, mapping, capacity,
            new FitReport(placements(report), List.copyOf(refused)), List.copyOf(places));
    }

    private void refuse(String stage, String detail, String limit) {
        refused.add(new FitReport.Reason(stage, "", 0, limit, detail));
    }

    private void checkCode() {
        for (Workflow workflow : Workflow.values()) {
            for (Stage<?, ?> stage : program.stages(workflow)) {
                ForeignExterns.of(stage, isHandedOut, AgilioBackend.NAME).forEach(v -> refused.add(new FitReport.Reason(
                    stage.spec().name(), v.site().method(), v.site().line(), v.limit(), v.operation())));
            }
        }
        for (FitReport.Reason fault : ProgramChecker.check(program)) {
            boolean isTimer = TIMERS.stream().anyMatch(timer -> fault.detail().contains(timer));
            refused.add(isTimer ? with(fault, NO_TIMER) : fault);
        }
        for (FitReport.Reason found : ProgramChecker.arithmetic(program)) {
            refused.add(with(found, found.detail().equals(Effects.DIVISION) ? NO_DIVIDER : NO_FLOAT));
        }
    }

    private static FitReport.Reason with(FitReport.Reason reason, String limit) {
        return new FitReport.Reason(reason.stage(), reason.method(), reason.line(), limit, reason.detail());
    }

    private void checkCores() {
        int most = machine.island().fpcs();
        if (mapping.fpcsOfGroup() > most) {
            refuse("", mapping.name() + " places " + mapping.fpcsOfGroup() + " FPCs on a flow group's island", "an island has " + most);
        }
        if (mapping.fpcsOfService() + machine.island().serviceFpcs() > most) {
            refuse("", mapping.name() + " places " + mapping.fpcsOfService() + " FPCs on the service island, beside " + machine.island().serviceFpcs()
                + " for scheduler, doorbells and slow path", "an island has " + most);
        }
        if (mapping.groups() + 1 > machine.island().count()) {
            refuse("", mapping.name() + " has " + mapping.groups() + " flow groups, an island each, and the service island",
                "there are " + machine.island().count() + " general-purpose islands");
        }
        mapping.places().stream().filter(place -> place.threads() > machine.fpc().threads()).forEach(place ->
            refuse("", place.name() + " has " + place.threads() + " threads", "an FPC has " + machine.fpc().threads()));
    }

    private AgilioReport.Place place(int number) {
        Mapping.Place place = mapping.places().get(number);
        Set<String> names = new LinkedHashSet<>();
        Set<Stage<?, ?>> seen = new LinkedHashSet<>();
        int operations = 0;
        int stateBytes = 0;
        boolean looksUp = false;
        for (Workflow workflow : Workflow.values()) {
            List<? extends Stage<?, ?>> stages = program.stages(workflow);
            for (int i = 0; i < stages.size(); i++) {
                Stage<?, ?> stage = stages.get(i);
                if (plan.placeOf().get(workflow)[i] != number || !seen.add(stage)) {
                    continue;
                }
                operations += CountedStage.of(stage).size();
                looksUp |= stage.spec().externs().contains(FlowLookup.class);
                if (names.add(stage.spec().name()) && (stage.spec().key() == Key.FLOW || stage.spec().key() == Key.MESSAGE)) {
                    stateBytes += Integer.BYTES * Layout.of(stage.spec().state().get().getClass()).words();
                }
            }
        }
        int cached = place.cache() == Mapping.Cache.NONE ? 0 : machine.cam().entries() * stateBytes;
        int lookups = looksUp ? machine.lookup().cacheEntries() * machine.lookup().cacheEntryBytes() : 0;
        int level2 = place.cache() == Mapping.Cache.CAM_CLS && !names.isEmpty() ? machine.state().clsEntries() * machine.state().clsEntryBytes() : 0;
        int header = looksUp ? costs.header(false).instructions() + costs.header(true).instructions() : 0;
        return new AgilioReport.Place(place, names, header + (int) Math.ceil(operations * costs.perOperation()), cached + lookups,
            level2 + place.ring() * (place.isInGroups() ? machine.item().resultBytes() : 0), stateBytes);
    }

    private void checkPlace(AgilioReport.Place p) {
        String stages = String.join(", ", p.stages());
        if (p.instructions() > machine.fpc().codeInstructions()) {
            refuse(stages, p.instructions() + " instructions at " + p.place().name(),
                "an FPC's code store holds " + machine.fpc().codeInstructions() + ": split them over two places");
        }
        if (p.localBytes() > machine.fpc().localBytes()) {
            refuse(stages, p.localBytes() + " bytes of local memory at " + p.place().name() + ", for " + machine.cam().entries()
                + " flows of " + p.stateBytes() + " bytes", "an FPC has " + machine.fpc().localBytes()
                + ": split the stages, or set the place's cache to none");
        }
        if (p.place().cache() == Mapping.Cache.CAM_CLS && p.stateBytes() > machine.state().unpackedBytes()) {
            refuse(stages, p.stateBytes() + " bytes of state a flow at " + p.place().name(),
                "an entry of the second level in CLS has " + machine.state().clsEntryBytes() + ", of fields packed, and takes " + machine.state().unpackedBytes() + " of words");
        }
    }

    private List<FitReport.Placement> placements(AgilioReport report) {
        List<FitReport.Placement> placed = new ArrayList<>();
        for (Workflow workflow : Workflow.values()) {
            List<? extends Stage<?, ?>> stages = program.stages(workflow);
            for (int i = 0; i < stages.size(); i++) {
                int number = plan.placeOf().get(workflow)[i];
                if (number == StagePlan.NOWHERE) {
                    continue;
                }
                Mapping.Place place = mapping.places().get(number);
                Stage<?, ?> stage = stages.get(i);
                placed.add(new FitReport.Placement(workflow.name(), stage.spec().name(), place.name() + ": " + report.islands(place) + ", "
                    + place.fpcs() + (place.fpcs() == 1 ? " FPC" : " FPCs") + ", " + place.threads() + " threads",
                    (int) Math.ceil(CountedStage.of(stage).size() * costs.perOperation()) + " instructions, "
                        + Layout.of(stage.spec().state().get().getClass()).words() * Integer.BYTES + " bytes of state a key"));
            }
        }
        return List.copyOf(placed);
    }
}
