package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.HandedOut;
import org.millrace.execution.machine.MachineText;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.graph.Table;
import org.millrace.tofino.machine.Machine;
import org.millrace.tofino.placement.Containers;
import org.millrace.tofino.stages.Judged;
import org.millrace.tofino.stages.RegisterMeta;

/** What the real machine says of a stage, case by case: what it cannot do, what it costs, and what it can do after all. */
final class JudgementTest {
    private static final Capacity CAPACITY = new Capacity(1024, 16);

    private final TofinoBackend backend = new TofinoBackend();
    private final Externs externs = backend.externs(new HostServices(new TestExterns(), null, null, 0), CAPACITY);

    private record Small(List<Stage<? super RegisterMeta, ?>> asked, List<Stage<? super RegisterMeta, ?>> copies,
                         List<MirrorSession> mirrors) implements Program<RegisterMeta> {
        @Override
        public String name() {
            return "small";
        }

        @Override
        public RegisterMeta newMeta() {
            return new RegisterMeta();
        }

        @Override
        public List<Stage<? super RegisterMeta, ?>> stages(Workflow workflow) {
            return switch (workflow) {
                case HC -> asked;
                case MIRROR -> copies;
                default -> List.of();
            };
        }

        @Override
        public HeaderCodec<RegisterMeta> codec() {
            return null;
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE;
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    @SuppressWarnings("unchecked")
    private static Stage<? super RegisterMeta, ?> cast(Stage<?, ?> stage) {
        return (Stage<? super RegisterMeta, ?>) stage;
    }

    private TofinoReport report(Stage<?, ?>... stages) {
        return report(List.of(), stages);
    }

    private TofinoReport report(List<MirrorSession> mirrors, Stage<?, ?>... stages) {
        List<Stage<? super RegisterMeta, ?>> typed = new ArrayList<>();
        for (Stage<?, ?> stage : stages) {
            typed.add(cast(stage));
        }
        return backend.report(new Small(typed, List.of(), mirrors), CAPACITY);
    }

    private static List<String> reasons(TofinoReport report) {
        return report.fit().refused().stream().map(FitReport.Reason::toString).toList();
    }

    private static int used(TofinoReport report, String row) {
        return report.rows().stream().filter(r -> r.name().equals(row)).findFirst().orElseThrow().used();
    }

    private static int at(TofinoReport report, String stage) {
        return report.graph().tables().stream().filter(p -> p.table().stage().equals(stage)).mapToInt(Graph.Placed::at).max().orElseThrow();
    }

    @Test
    void aServiceOfNobodysIsRefused() {
        assertThat(reasons(report(new Judged.Divides(new Judged.Cheat())))).anySatisfy(r -> assertThat(r).contains("Cheat.divide"));
    }

    @Test
    void whatTheHostAnswersComesAfterThePass() {
        Judged.HostCheat host = externs.host(new Judged.HostCheat());
        assertThat(reasons(report(new Judged.Asks(host)))).anySatisfy(r -> assertThat(r).contains("HostPart.divide",
            "Asks.process:", "after the pass"));
    }

    @Test
    void whatIsComputedFromATablesDataTakesItsStages() {
        assertThat(report(new Judged.Chain(3)).placement().stages()).isGreaterThanOrEqualTo(7);
        assertThat(reasons(report(new Judged.Chain(25)))).isNotEmpty().anySatisfy(r -> assertThat(r).contains("Chain.process:",
            "the pipe has 20 stages"));
    }

    @Test
    void aDropByATablesDataHoldsBackTheRegistersBehind() {
        TofinoReport report = report(new Judged.Counts(), new Judged.DropsByData(), new Judged.ThreeSources());
        assertThat(report.fit().refused()).isEmpty();
        assertThat(at(report, "counts")).isEqualTo(0);
        assertThat(at(report, "threesources")).isGreaterThan(at(report, "drops"));
    }

    @Test
    void aThirdOperandIsSteeredIntoItsContainerBefore() {
        TofinoReport report = report(new Judged.ThreeSources());
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.graph().tables()).anySatisfy(p -> assertThat(p.table().name()).startsWith("steer"));
        assertThat(at(report, "threesources")).isEqualTo(1);
    }

    @Test
    void aCopyPassesNoIngressTable() {
        Judged.Wide wide = new Judged.Wide();
        MirrorSession session = new MirrorSession(1, Workflow.MIRROR, List.of("flow"));
        TofinoReport report = backend.report(new Small(List.of(wide, new Judged.Mirrors("mirrors", 1)), List.of(wide),
            List.of(session)), CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.graph().tables()).filteredOn(p -> p.table().workflows().contains(Workflow.MIRROR)).isNotEmpty()
            .noneMatch(p -> p.table().isIngress());
    }

    @Test
    void anExternCalledTwiceIsTwoTables() {
        FlowLookup lookup = externs.lookup();
        assertThat(used(report(new Judged.LooksUpTwice(lookup)), "SRAM")).isGreaterThan(used(report(new Judged.LooksUp(lookup)), "SRAM"));
    }

    @Test
    void mirrorSessionsHaveANumberASizeAndADeclaration() {
        List<String> wide = List.of("seq", "end", "ack", "window", "off", "eoff", "una", "grant", "rxNext");
        assertThat(reasons(report(List.of(new MirrorSession(1, Workflow.MIRROR, wide)), new Judged.Mirrors("m", 1))))
            .singleElement().asString().contains("36 bytes", "seq", "28 bytes");
        assertThat(reasons(report(List.of(new MirrorSession(9999, Workflow.MIRROR, List.of())), new Judged.Mirrors("m", 9999))))
            .anySatisfy(r -> assertThat(r).contains("session 9999"));
        assertThat(reasons(report(new Judged.Mirrors("m", 5)))).anySatisfy(r -> assertThat(r).contains("does not declare"));
        assertThat(reasons(report(List.of(new MirrorSession(1, Workflow.MIRROR, List.of())), new Judged.Mirrors("m", 1),
            new Judged.Mirrors("n", 1)))).anySatisfy(r -> assertThat(r).contains("both mirror"));
    }

    @Test
    void aConditionOnFortyBytesIsNoGateway() {
        TofinoReport report = report(new Judged.Wide());
        assertThat(used(report, "gateways")).isEqualTo(0);
        assertThat(used(report, "TCAM")).as("blocks of five bytes").isEqualTo(8);
    }

    @Test
    void sumsTakeAnAdderForEachTwo() {
        assertThat(report(new Judged.Product()).placement().stages()).isGreaterThanOrEqualTo(5);
        assertThat(report(new Judged.ComparesSum()).placement().stages()).isEqualTo(2);
        assertThat(report(new Judged.Negates()).placement().stages()).isEqualTo(2);
        assertThat(report(new Judged.Carries()).placement().stages()).as("sum, comparison, choice").isGreaterThanOrEqualTo(3);
    }

    /** On a machine with four containers that compute. */
    @Test
    void whatAnAluComputesTakesAContainerThatCan() {
        String file = Machine.shipped().text();
        Small program = new Small(List.of(new Judged.Computes(), new Judged.Reads()), List.of(), List.of());
        assertThat(reasons(new Fitter(Machine.tofino2(), program, CAPACITY, new HandedOut()).report())).isEmpty();
        Machine small = Machine.parse(
            new MachineText("M", file.replace("phv.computing-32              = 48", "phv.computing-32              = 4")), Map.of());
        assertThat(reasons(new Fitter(small, program, CAPACITY, new HandedOut()).report())).singleElement().asString()
            .contains("4 containers that compute of 32 bits", "8 fields are alive in stage 1", "edge");
    }

    /** Five sums are read, all in one stage; what is parsed is alive throughout, and what nobody reads any more takes no container. */
    @Test
    void fieldsTakeAContainerFromWhereTheyAreWrittenToWhereTheyAreRead() {
        TofinoReport report = report(new Judged.Computes(), new Judged.Reads());
        int sums = at(report, "computes");
        assertThat(at(report, "reads")).isEqualTo(sums + 1);
        Map<String, Integer> bits = Map.of();
        Set<String> none = Set.of();
        Containers alone = report(new Judged.Computes()).placement().containers();
        assertThat(alone.peak(bits, none, 20).containers()).as("written, and read by nobody").containsExactly(0, 0, 9);
        Containers both = report.placement().containers();
        assertThat(both.peak(bits, none, 20).containers()[2]).as("five sums, and three of them").isEqualTo(8);
        assertThat(both.peak(bits, Set.of("seq", "ack", "end", "window"), 20).containers()[2]).as("what is parsed stays").isEqualTo(12);
        assertThat(both.peak(Map.of("off", 8, "eoff", 16), none, 20).containers()).containsExactly(1, 1, 6);
        assertThat(both.peak(bits, none, 20).computed()[2]).isEqualTo(8);
    }

    /** What ingress hands to egress is in containers of both. */
    @Test
    void bothThreadsHoldWhatBothUse() {
        Judged.Computes computes = new Judged.Computes();
        int here = report(computes).placement().containers().peak(Map.of(), Set.of("seq"), 20).containers()[2];
        TofinoReport both = report(computes, new Judged.Counts(), new Judged.Reads());
        int there = both.placement().containers().peak(Map.of(), Set.of("seq", "off", "eoff", "una", "grant", "edge"), 20).containers()[2];
        assertThat(both.graph().tables()).anyMatch(p -> p.table().isIngress()).anyMatch(p -> !p.table().isIngress());
        assertThat(there).as("five sums twice").isGreaterThanOrEqualTo(here + 5);
    }

    /** What the report does not count, it names. */
    @Test
    void whatIsNotCountedIsNamed() {
        TofinoReport laminar = backend.report(Programs.laminar(), Programs.CAPACITY);
        assertThat(laminar.notes()).anySatisfy(n -> assertThat(n).startsWith("copies: an item of RX").contains("750 million", "19 bytes"))
            .anySatisfy(n -> assertThat(n).contains("into a verdict", "rx-end, tx-next-ack"))
            .anySatisfy(n -> assertThat(n).contains("no word of its 4", "rx-end, tx-next-ack"))
            .anySatisfy(n -> assertThat(n).contains("not modelled", "parsers", "bridgeBytes"));
        assertThat(laminar.placement().places().keySet()).filteredOn(t -> t.kind() == Table.Kind.SWITCH).extracting(Table::stage)
            .containsExactlyInAnyOrder("forwarding", "neighbours");
        assertThat(report(new Judged.Counts()).placement().places().keySet()).as("no header format, no frames to forward")
            .noneMatch(t -> t.kind() == Table.Kind.SWITCH);
    }

    @Test
    void aPredicateIsNoNumber() {
        TofinoReport added = report(new Judged.Numbers(), new Judged.Adds());
        assertThat(added.graph().tables()).anySatisfy(p -> assertThat(p.table().name()).startsWith("post"));
        TofinoReport tested = report(new Judged.Numbers(), new Judged.Tests());
        assertThat(tested.graph().tables()).noneMatch(p -> p.table().name().startsWith("post"));
        assertThat(tested.placement().stages()).isLessThan(added.placement().stages());
    }

    @Test
    void conditionsThatDoNotDependOnEachOtherAddUp() {
        TofinoReport report = report(new Judged.Ten());
        assertThat(report.fit().refused()).isEmpty();
        assertThat(used(report, "gateways")).isEqualTo(10);
        assertThat(report.placement().stages()).isEqualTo(1);
    }

    @Test
    void whatTheAlusCanDoIsAccepted() {
        assertThat(report(new Judged.Saturates()).fit().refused()).isEmpty();
        assertThat(report(new Judged.Rotates()).placement().stages()).isEqualTo(1);
        TofinoReport halves = report(new Judged.ComparesHalves());
        assertThat(halves.fit().refused()).isEmpty();
        assertThat(halves.graph().tables().stream().filter(p -> p.table().kind() == Table.Kind.REGISTER).count()).isEqualTo(1);
        assertThat(halves.placement().stages()).as("the difference, and who tests it, behind").isGreaterThanOrEqualTo(2);
    }

    @Test
    void anElementOfAnIndexedFieldIsRefused() {
        assertThat(reasons(report(new Judged.Indexes()))).anySatisfy(r -> assertThat(r).contains("element of an indexed field",
            "Indexes.process:"));
    }

    @Test
    void reasonsAreTheSameEveryTime() {
        assertThat(reasons(report(new Judged.Chain(25)))).isEqualTo(reasons(report(new Judged.Chain(25))));
    }
}
