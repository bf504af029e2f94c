package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Program;

/** The decision on the shipped programs, and what the reports say. */
final class TofinoBackendTest {
    private final TofinoBackend backend = new TofinoBackend();

    @Test
    void laminarFits() {
        TofinoReport report = backend.report(Programs.laminar(), Programs.CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.placement().stages()).isLessThanOrEqualTo(20);
        assertThat(report.fit().placed()).isNotEmpty();
    }

    @Test
    void laminarTakesTheDissertationsStages() {
        assertThat(backend.report(Programs.laminar(), Programs.CAPACITY).placement().stages()).isLessThanOrEqualTo(14);
    }

    /** Each within a third, or 2, but for those of what the text does not name; each difference is explained. */
    @Test
    void laminarsCountsAreNearTheDissertationsOrExplained() {
        TofinoReport report = backend.report(Programs.laminar(), Programs.CAPACITY);
        assertThat(report.rows()).filteredOn(row -> !row.isNear()).extracting(TofinoReport.Row::name)
            .containsExactly("map RAM", "VLIW", "gateways");
        assertThat(report.rows()).allSatisfy(row -> assertThat(report.notes()).anySatisfy(note -> assertThat(note)
            .startsWith(row.name() + ": " + row.used() + " here, " + row.dissertation() + " there")));
        assertThat(report.notes()).anySatisfy(n -> assertThat(n).startsWith("map RAM").contains("tx-fin 17", "rtt-timed 17"))
            .anySatisfy(n -> assertThat(n).startsWith("latency: ")).anySatisfy(n -> assertThat(n).startsWith("power: "));
    }

    @Test
    void udpFits() {
        TofinoReport report = backend.report(Programs.udp(), Programs.CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.placement().stages()).isLessThan(10);
    }

    /** Homa fits, or each reason names what does not. */
    @Test
    void homaIsJudged() {
        TofinoReport report = backend.report(Programs.homa(), Programs.CAPACITY);
        report.fit().refused().forEach(r -> assertThat(r.limit()).as(r.toString()).isNotEmpty());
        System.out.println("homa: " + (report.fit().fits() ? report.placement().stages() + " stages" : report.fit().refused().size()
            + " reasons, the first " + report.fit().refused().getFirst()));
        assertThat(report.fit().fits()).isEqualTo(report.fit().refused().isEmpty());
    }

    /** A user's stage of thirty lines, behind the connection table. */
    @Test
    void aPacketCounterInLaminarFits() {
        TofinoReport report = backend.report(new WithCounter<>(Programs.laminar()), Programs.CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(alus(report) - alus(backend.report(Programs.laminar(), Programs.CAPACITY))).isEqualTo(1);
    }

    @Test
    void anotherProgramHasNoDissertation() {
        assertThat(backend.report(Programs.flexToe(), Programs.CAPACITY).rows()).allSatisfy(row ->
            assertThat(row.dissertation()).isZero());
    }

    /** Each option alone and all together; what one adds is what its registers take. */
    @ParameterizedTest
    @CsvSource({"sack=on, 0", "delayed-ack-segments=2, 1", "congestion=timely, 0", "sack=on delayed-ack-segments=2, 1"})
    void laminarFitsWithItsOptions(String options, int registers) {
        Map<String, String> chosen = Stream.of(options.split(" ")).map(o -> o.split("="))
            .collect(Collectors.toMap(o -> o[0], o -> o[1]));
        TofinoReport report = backend.report(Programs.laminar(chosen), Programs.CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.placement().stages()).isLessThanOrEqualTo(20);
        assertThat(alus(report) - alus(backend.report(Programs.laminar(), Programs.CAPACITY))).isEqualTo(registers);
    }

    private static int alus(TofinoReport report) {
        return report.rows().stream().filter(row -> row.name().equals("stateful ALU")).mapToInt(TofinoReport.Row::used)
            .sum();
    }

    @Test
    void flexToeIsRefusedWithEveryReason() {
        TofinoReport report = backend.report(Programs.flexToe(), Programs.CAPACITY);
        List<FitReport.Reason> protocol =
            report.fit().refused().stream().filter(r -> r.stage().equals("protocol")).toList();
        assertThat(protocol).hasSizeGreaterThanOrEqualTo(2).allSatisfy(r -> {
            assertThat(r.method()).isNotEmpty();
            assertThat(r.line()).isPositive();
            assertThat(r.detail()).isNotEmpty();
            assertThat(r.limit()).isNotEmpty();
        });
        assertThat(protocol).anySatisfy(r -> assertThat(r.detail()).startsWith("touches "));
        assertThat(protocol).anySatisfy(r -> assertThat(r.detail()).startsWith("compares state fields"));
    }

    @Test
    void aProgramIsAnalysedOnceForACapacity() {
        Program<?> program = Programs.laminar();
        TofinoReport first = backend.report(program, Programs.CAPACITY);
        assertThat(backend.report(program, Programs.CAPACITY)).isSameAs(first);
        assertThat(backend.report(program, new Capacity(1024, 16))).isNotSameAs(first);
    }

    @Test
    void whatDoesNotFitIsNotLoaded() {
        Program<?> program = Programs.flexToe();
        assertThatThrownBy(() -> backend.load(program, Programs.CAPACITY, null))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("tcp-flextoe does not fit hw-tofino")
            .hasMessageContaining("more");
    }
}
