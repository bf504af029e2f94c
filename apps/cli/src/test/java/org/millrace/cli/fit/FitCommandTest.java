package org.millrace.cli.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.cli.Main;
import picocli.CommandLine;

class FitCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void laminarFitsTheTofinoBesideTheDissertationsFigures() {
        assertThat(run("fit", "tcp-laminar", "hw-tofino")).isZero();
        assertThat(out.toString().lines().findFirst())
            .hasValue("tcp-laminar on hw-tofino, 32768 flows, 1024 contexts: fits");
        assertThat(out.toString()).contains("dissertation").containsPattern("stateful ALU +21 ").contains("2.8 W");
    }

    @Test
    void flexToeIsRefusedWithMethodLineOperationAndLimitOfEachReason() {
        assertThat(run("fit", "tcp-flextoe", "hw-tofino")).isEqualTo(1);
        assertThat(out.toString().lines().findFirst()).get().asString().endsWith(": refused");
        assertThat(out.toString().lines().filter(line -> line.matches(" +protocol, \\S+:[1-9][0-9]*: .+ \\[.+]")))
            .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void homaIsRefusedByTheTofinoWithReasons() {
        assertThat(run("fit", "homa", "hw-tofino")).isEqualTo(1);
        assertThat(out.toString().lines().findFirst()).get().asString().endsWith(": refused");
        assertThat(out.toString().lines().filter(line -> line.matches(" +\\S+, \\S+:[1-9][0-9]*: .+ \\[.+]")))
            .hasSizeGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-flextoe", "tcp-laminar", "homa"})
    void bluefieldTakesAll(String program) {
        assertThat(run("fit", program, "hw-bluefield")).isZero();
        assertThat(out.toString()).contains(program + " on hw-bluefield").containsPattern("RX +\\S+ +core 0");
    }

    @Test
    void jsonSaysTheSame() {
        assertThat(run("fit", "--json", "tcp-flextoe", "hw-tofino")).isEqualTo(1);
        assertThat(out.toString()).startsWith("{\"program\":\"tcp-flextoe\",\"hardware\":\"hw-tofino\"")
            .contains("\"fits\":false");
        out.getBuffer().setLength(0);
        assertThat(run("fit", "--json", "--flows", "5", "tcp-flextoe", "hw-bluefield")).isZero();
        assertThat(out.toString()).startsWith("{\"program\":\"tcp-flextoe\",\"hardware\":\"hw-bluefield\",\"flows\":5")
            .contains("\"fits\":true");
    }

    @Test
    void optionsSayWhatTheyAdd() {
        assertThat(run("fit", "--option", "tcp.sack=on", "--option", "delayed-ack-segments=2", "tcp-laminar", "hw-tofino"))
            .isZero();
        assertThat(out.toString()).contains("options add").containsPattern("stateful ALU +22 .* \\+1\n")
            .contains("rx-delayed-ack");
        out.getBuffer().setLength(0);
        assertThat(run("fit", "--json", "--option", "transport.tcp-laminar.delayed-ack-segments=2", "tcp-laminar",
            "hw-tofino")).isZero();
        assertThat(out.toString()).containsPattern("\"optionsAdd\":\\{\"stages\":[01],.*\"stateful ALU\":1,");
        assertThat(run("fit", "--option", "tcp.sack=maybe", "tcp-laminar", "hw-tofino")).isEqualTo(2);
        assertThat(errors.toString()).contains("--option sack is maybe, allowed is on or off");
        assertThat(run("fit", "--option", "pacing=push", "tcp-flextoe", "hw-bluefield")).isEqualTo(2);
        assertThat(errors.toString()).contains("pacing is push, allowed with tcp-flextoe is pull");
        assertThat(run("fit", "--option", "tcp.sak=on", "tcp-laminar", "hw-tofino")).isEqualTo(2);
        assertThat(errors.toString()).contains("no option is named tcp.sak; there are").contains("sack");
    }

    @Test
    void aMachineAndAMappingOfOnesOwnDecide() throws IOException {
        assertThat(run("fit", "--flows", "1024", "tcp-flextoe", "hw-agilio")).isZero();
        assertThat(run("fit", "--flows", "1024", "--set", "mapping.post.fpcs=9", "tcp-flextoe", "hw-agilio")).isEqualTo(1);
        assertThat(out.toString()).contains("fig-4.8.mapping places 17 FPCs on a flow group's island [an island has 12]");
        assertThat(run("fit", "--flows", "1024", "--set", "mapping.post.fpcs=9", "--set", "machine.island.fpcs=20", "tcp-flextoe", "hw-agilio"))
            .isZero();
        Path mapping = Files.writeString(directory.resolve("own.mapping"),
            shipped("fig-4.8.mapping").replace("protocol.steer = flow", "protocol.steer = any").replace("protocol.fpcs = 1", "protocol.fpcs = 2")
                .replace("extra.fpcs = 3", "extra.fpcs = 2"));
        assertThat(run("fit", "--mapping", mapping.toString(), "tcp-flextoe", "hw-agilio")).isEqualTo(1);
        assertThat(out.toString()).contains("protocol: it is FLOW_ATOMIC and may not be replicated");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        --set; machine.emem.speed=3; set emem.speed: unknown, allowed is one of island.first
        --set; mapping.protocol.threads=9; set protocol.threads: '9', allowed is a whole number from 1 to 8
        --set; emem.read-cycles=3; --set emem.read-cycles: allowed are machine.KEY and mapping.KEY
        --mapping; /nowhere/own.mapping; /nowhere/own.mapping cannot be read: there is no such file
        --machine; pom.xml; pom.xml, line 1,
        """)
    void aWrongMachineOrMappingIsSaidWithWhatIsAllowed(String option, String value, String message) {
        assertThat(run("fit", option, value, "tcp-flextoe", "hw-agilio")).isEqualTo(2);
        assertThat(errors.toString()).startsWith("millrace: " + message).doesNotContain("Exception");
        assertThat(errors.toString().lines()).hasSize(1);
    }

    @Test
    void whatHasNoMappingRefusesOne() {
        assertThat(run("fit", "--set", "mapping.post.fpcs=9", "tcp-laminar", "hw-tofino")).isEqualTo(2);
        assertThat(errors.toString()).contains("hw-tofino has no mapping");
        assertThat(run("fit", "--set", "machine.pipe.stages=2", "tcp-laminar", "hw-bluefield")).isEqualTo(2);
        assertThat(errors.toString()).contains("hw-bluefield is described by no file");
        assertThat(run("fit", "--set", "machine.pipe.stages=2", "tcp-laminar", "hw-tofino")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-flextoe", "tcp-laminar", "homa", "udp"})
    void theAgilioTakesAll(String program) {
        assertThat(run("fit", "--flows", "1024", program, "hw-agilio")).as(out.toString()).isZero();
        assertThat(out.toString()).startsWith(program + " on hw-agilio");
    }

    @Test
    void homasStateIsLeftInEmem() {
        assertThat(run("fit", "--flows", "1024", "homa", "hw-agilio")).isZero();
        out.getBuffer().setLength(0);
        assertThat(run("fit", "--flows", "1024", "--set", "mapping.groups=4", "homa", "hw-agilio")).as("a mapping of one's own is as it is").isEqualTo(1);
        assertThat(out.toString()).containsPattern("bytes of local memory at .+ \\[an FPC has 4096");
    }

    @Test
    void svgIsDrawnToTheFile() throws IOException {
        Path file = directory.resolve("stages.svg");
        assertThat(run("fit", "--svg", file.toString(), "tcp-laminar", "hw-tofino")).isZero();
        assertThat(Files.readString(file)).startsWith("<svg ").contains("stage 19");
    }

    @Test
    void tooManyFlowsAreRefusedNotFailedOn() {
        assertThat(run("fit", "--flows", "1000000", "tcp-laminar", "hw-tofino")).isEqualTo(1);
        assertThat(out.toString()).contains("refused").containsIgnoringCase("sram").doesNotContain(", :");
    }

    @Test
    void unknownNamesListTheKnownOnes() {
        assertThat(run("fit", "tcp-reno", "hw-tofino")).isEqualTo(2);
        assertThat(errors.toString()).contains("no program is named tcp-reno; there are tcp-flextoe, tcp-laminar, homa");
        assertThat(run("fit", "tcp-laminar", "hw-asic")).isEqualTo(2);
        assertThat(errors.toString()).contains("no hardware is named hw-asic; there are hw-bluefield, hw-agilio, hw-tofino");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--flows=0", "--flows=many", "--contexts=65537", "--svg=/nowhere/stages.svg", "--fast"})
    void badOptionsAreUsageErrors(String option) {
        assertThat(run("fit", option, "tcp-laminar", "hw-tofino")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(errors.toString()).contains(option.substring(0, option.indexOf('=') < 0 ? 6 : option.indexOf('=')));
        assertThat(errors.toString().lines().count() == 1).as(errors.toString()).isEqualTo(option.contains("="));
        assertThat(errors.toString()).doesNotContain("Exception");
    }

    @Test
    void missingHardwareIsAUsageError() {
        assertThat(run("fit", "tcp-laminar")).isEqualTo(2);
        assertThat(run("fit", "--svg", "x.svg", "tcp-laminar", "hw-bluefield")).isEqualTo(2);
    }

    private static String shipped(String name) throws IOException {
        try (InputStream in = AgilioBackend.class.getResourceAsStream("machine/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }
}
