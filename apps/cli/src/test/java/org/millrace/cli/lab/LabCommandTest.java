package org.millrace.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.agilio.machine.Machine;
import org.millrace.cli.Main;
import org.millrace.lab.Lab;
import org.millrace.lab.experiment.Experiment;
import picocli.CommandLine;

class LabCommandTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }

    @Test
    void listNamesEveryExperimentAndWhatItReproduces() {
        assertThat(run("lab", "list")).isZero();
        for (Experiment experiment : Lab.experiments()) {
            assertThat(out.toString()).contains(experiment.name()).contains(experiment.reproduces());
        }
        assertThat(Lab.experiments().stream().map(Experiment::name)).doesNotHaveDuplicates();
    }

    @Test
    void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        String[] first = files("first", "5");
        String[] again = files("again", "5");
        String[] other = files("other", "6");
        assertThat(again).isEqualTo(first);
        assertThat(first[0]).contains("# run with: --seed 5 --set messages=20000\n");
        assertThat(withoutOptions(other[0])).isNotEqualTo(withoutOptions(first[0]));
        assertThat(first[0]).contains("load,theory,ours,error\n0.1,");
        assertThat(out.toString()).contains("calibrated: nothing");
    }

    private String[] files(String name, String seed) throws IOException {
        Path csv = directory.resolve(name + ".csv");
        Path svg = directory.resolve(name + ".svg");
        assertThat(run("lab", "run", "queue", "--messages", "20000", "--seed", seed, "--csv", csv.toString(), "--svg", svg.toString()))
            .as(errors.toString()).isZero();
        return new String[] {Files.readString(csv), Files.readString(svg)};
    }

    @Test
    void whatCanBeSetIsListed() {
        assertThat(run("lab", "run", "queue", "--parameters")).isZero();
        assertThat(out.toString()).containsPattern("messages +2000000 +packets at each load");
    }

    @Test
    void aMachineFileOfOnesOwnIsRun() throws IOException {
        Path machine = directory.resolve("own.machine");
        Files.writeString(machine, Machine.shipped().text().replace("fpc.clock-mhz = 800", "fpc.clock-mhz = 1200"));
        String[] run = {"lab", "run", "bottleneck", "--set", "calls=100", "--set", "warm-up=1", "--set", "connections=1"};
        assertThat(run(with(run, "--machine", machine.toString()))).as(errors.toString()).isZero();
        assertThat(out.toString()).contains("run with: --seed 1 --machine " + machine + " --set calls=100 --set connections=1 --set warm-up=1\n");
        String byFile = withoutOptions(out.toString());
        out.getBuffer().setLength(0);
        assertThat(run(with(run, "--set", "machine.fpc.clock-mhz=1200"))).isZero();
        assertThat(byFile).isEqualTo(withoutOptions(out.toString()));
        out.getBuffer().setLength(0);
        assertThat(run(run)).isZero();
        assertThat(byFile).isNotEqualTo(withoutOptions(out.toString()));
        assertThat(run("lab", "run", "bottleneck", "--parameters")).isZero();
        assertThat(out.toString()).contains("--machine FILE");
    }

    private static String withoutOptions(String result) {
        return result.replaceFirst("(?m)^(# )?run with: .*\n", "");
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nowhere/own.machine", "short.machine", "binary.machine", "."})
    void whatIsWrongWithAFileIsSaidAsFitSaysIt(String name) throws IOException {
        Files.writeString(directory.resolve("short.machine"), "# mine\nisland.first = 32 | as shipped\nisland.count = none | mine\n");
        Files.write(directory.resolve("binary.machine"), new byte[] {(byte) 0xff, 0, (byte) 0xfe});
        String file = directory.resolve(name).toString();
        for (String option : List.of("--machine", "--mapping")) {
            errors.getBuffer().setLength(0);
            assertThat(run("fit", option, file, "tcp-flextoe", "hw-agilio")).isEqualTo(2);
            String fit = errors.toString();
            errors.getBuffer().setLength(0);
            assertThat(run("lab", "run", "bottleneck", option, file)).isEqualTo(2);
            assertThat(errors.toString()).isEqualTo(fit).startsWith("millrace: " + file).doesNotContain("Exception").hasLineCount(1);
        }
    }

    @Test
    void aMistakeIsALineAndLeavesNoFile() throws IOException {
        Path csv = directory.resolve("no.csv");
        assertThat(run("lab", "run", "no-such")).isEqualTo(2);
        assertThat(run("lab", "run", "queue", "--set", "speed=9", "--csv", csv.toString())).isEqualTo(2);
        assertThat(run("lab", "run", "queue", "--csv", directory.resolve("no/such.csv").toString())).isEqualTo(2);
        assertThat(errors.toString().lines()).hasSize(3).allMatch(line -> line.startsWith("millrace: "));
        assertThat(errors.toString()).contains("no experiment is named no-such; there are queue")
            .contains("--set speed: queue has no such parameter; there are messages").contains("there is no such directory");
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }
}
