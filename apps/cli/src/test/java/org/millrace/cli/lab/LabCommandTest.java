package org.millrace.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        assertThat(other[0]).isNotEqualTo(first[0]);
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
