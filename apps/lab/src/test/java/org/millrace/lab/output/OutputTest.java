package org.millrace.lab.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Plot;
import org.millrace.lab.experiment.Result;

class OutputTest {
    @TempDir
    Path directory;

    private static Result result() {
        return new Result("a run", "name", ">published", ">ours", ">error").row("a, \"b\"", 2.0, 2.5, Cells.error(2, 2.5))
            .row("c", Double.NaN, 1.0 / 3, Cells.error(Double.NaN, 1.0 / 3)).calibrated("one factor").note("seed 1");
    }

    private static Plot plot(String title) {
        return new Plot(title, "size, bytes", "slowdown", true, false,
            List.of(new Plot.Series("ours", true, List.of(1.0, 10.0, 100.0), List.of(1.0, 2.0, 3.0)),
                new Plot.Series("theirs", false, List.of(1.0, 10.0), List.of(1.5, 2.5))));
    }

    @Test
    void csvHasFullPrecisionAndQuotes() {
        assertThat(Csv.of(result())).isEqualTo("""
            # a run
            # calibrated: one factor
            # seed 1
            name,published,ours,error
            "a, ""b""\",2.0,2.5,25.0000
            c,,0.3333333333333333,
            """);
    }

    @Test
    void aDrawingHasAllPlotsAndTheSameBytesEachTime() throws LabException {
        String drawing = Svg.of(List.of(plot("p50"), plot("p99")));
        assertThat(drawing).startsWith("<?xml").contains("height=\"840px\"").isEqualTo(Svg.of(List.of(plot("p50"), plot("p99"))));
        assertThat(drawing).isNotEqualTo(Svg.of(List.of(plot("p50"), plot("other"))));
    }

    /** As a run that is too short for its largest messages has them. */
    @Test
    void aSeriesWithoutPointsIsLeftOut() throws LabException {
        Plot.Series none = new Plot.Series("none", true, List.of(), List.of());
        Plot whole = plot("p50");
        Plot open = new Plot("p50", whole.across(), whole.up(), true, false, List.of(whole.series().getFirst(), none, whole.series().getLast()));
        assertThat(Svg.of(List.of(open, new Plot("p99", "a", "b", false, false, List.of(none))))).isEqualTo(Svg.of(List.of(whole)));
        assertThatThrownBy(() -> Svg.of(List.of(new Plot("p99", "a", "b", false, false, List.of(none))))).isInstanceOf(LabException.class)
            .hasMessage("--svg: the run is too short for a point of its plots");
    }

    @Test
    void aFileIsWrittenAsAWholeOrNotAtAll() throws IOException, LabException {
        Path file = directory.resolve("out.csv");
        WholeFile whole = new WholeFile("--csv", file);
        assertThat(file).doesNotExist();
        whole.write("first");
        whole.write("second");
        assertThat(file).hasContent("second");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        Files.delete(file);
        Files.delete(directory);
        assertThatThrownBy(() -> whole.write("third")).isInstanceOf(LabException.class)
            .hasMessage("--csv " + file + " cannot be written: there is no such directory");
        Files.createDirectory(directory);
    }

    @Test
    void whereNothingCanBeWrittenIsSaidBeforeTheRun() {
        assertThatThrownBy(() -> new WholeFile("--svg", directory)).hasMessage("--svg " + directory + " cannot be written: it is a directory");
        assertThatThrownBy(() -> new WholeFile("--svg", directory.resolve("no/such"))).hasMessageEndingWith("there is no such directory");
    }
}
