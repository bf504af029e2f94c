package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.testkit.Namespace;

/** Unmodified Linux programs and the kernel's TCP with its default settings against Millrace. */
@Execution(ExecutionMode.CONCURRENT)
class LinuxInteropTest {
    /** Each is a case of {@link LinuxScenarios}. */
    @ParameterizedTest
    @ValueSource(strings = {"curlAtMtu1500", "curlAtMtu9000", "thousandConnections", "badWire"})
    void scenario(String name) {
        passes(name);
    }

    /** The same against the other TCP program. */
    @ParameterizedTest
    @ValueSource(strings = {"curlAtMtu1500", "curlAtMtu9000", "thousandConnections", "badWire"})
    void laminar(String name) {
        passes(name, "tcp-laminar");
    }

    /** What was written, or had arrived, when either end goes: {@link LinuxClosing}. */
    @ParameterizedTest
    @CsvSource({"lingers,tcp-flextoe", "unreadInput,tcp-flextoe", "resetKeepsInput,tcp-flextoe", "lingers,tcp-laminar",
        "unreadInput,tcp-laminar", "resetKeepsInput,tcp-laminar"})
    void endsOfConnections(String name, String transport) {
        passes(name, transport);
    }

    /** What an application has chosen, by what the kernel sees: {@link LinuxOptions}. */
    @ParameterizedTest
    @ValueSource(strings = {"tcp-flextoe", "tcp-laminar"})
    void options(String transport) {
        assumeInstalled("ss");
        passes("options", transport);
    }

    /** What {@link DifferentialTest} does among data paths, with the kernel at one end. */
    @ParameterizedTest
    @ValueSource(strings = {"tcp-flextoe", "tcp-laminar"})
    void conversations(String transport) {
        passes("conversations", transport);
    }

    /** What Laminar has beside its base, each where it shows; the base pushes. */
    @ParameterizedTest
    @CsvSource({"shortBadWire,pacing=pull", "sack,sack=on", "delayedAck,delayed-ack-segments=2",
        "timely,congestion=timely timely-low-us=2000 timely-high-us=20000",
        "shortBadWire,sack=on delayed-ack-segments=2 congestion=dctcp"})
    void laminarWithOptions(String scenario, String options) {
        passes(scenario, Stream.concat(Stream.of("tcp-laminar"), Stream.of(options.split(" "))).toArray(String[]::new));
    }

    /** The same with two data paths behind the address, whatever each of them gets. */
    @ParameterizedTest
    @ValueSource(strings = {"curlAtMtu1500", "thousandConnections"})
    void twoShards(String name) {
        passes(name, "tcp-flextoe", "cores=2");
    }

    /** Who of two data paths gets what: {@link LinuxShards}. */
    @ParameterizedTest
    @ValueSource(strings = {"shareShortConnections", "pathMtuReachesItsShard", "fragmentsHurtNobody"})
    void shardsBehindOneAddress(String name) {
        passes(name, "tcp-flextoe", "cores=2");
    }

    @Test
    void timelyWithFlexToe() {
        passes("timely", "tcp-flextoe", "congestion=timely", "timely-low-us=2000", "timely-high-us=20000");
    }

    /** The same on a machine model that knows frames of the wire only. */
    @ParameterizedTest
    @ValueSource(strings = {"curlAtMtu1500", "curlAtMtu9000", "thousandConnections", "badWire"})
    void laminarOnTofino(String name) {
        passes(name, "tcp-laminar", "hw-tofino");
    }

    @Test
    void ncDiscard() {
        assumeInstalled("nc");
        passes("ncDiscard");
    }

    @Test
    void ncSource() {
        assumeInstalled("nc");
        passes("ncSource");
    }

    @Test
    void wrk() {
        assumeInstalled("wrk");
        passes("wrk");
    }

    @Test
    void swapsUnderAThousandConnections() {
        assumeInstalled("wrk");
        passes("swaps");
    }

    @Test
    void udpEchoesMessages() {
        assumeInstalled("nc");
        passes("udp");
    }

    private static void passes(String scenario, String... stack) {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElseThrow());
        Namespace.Result result = Namespace.run(LinuxScenarios.class,
            Stream.concat(Stream.of(scenario), Stream.of(stack)).toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("passed: " + scenario);
    }

    private static void assumeInstalled(String program) {
        boolean found = false;
        for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
            found |= new File(directory, program).canExecute();
        }
        assumeTrue(found, program + " is not installed");
    }
}
