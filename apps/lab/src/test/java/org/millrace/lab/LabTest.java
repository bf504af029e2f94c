package org.millrace.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.agilio.machine.Machine;
import org.millrace.execution.machine.MachineText;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.live.LiveExperiments;
import org.millrace.lab.output.Csv;
import org.millrace.lab.output.Svg;

/** What holds for every experiment in virtual time, in a form of each that is over soon. */
class LabTest {
    private static final long SEED = 3;
    private static final Map<String, Map<String, String>> SHORT = Map.ofEntries(
        Map.entry("queue", Map.of("messages", "1000")),
        Map.entry("incast", Map.of("bytes", "2000")),
        Map.entry("bulk", Map.of("bytes", "1000")),
        Map.entry("homa-w1", Map.of("messages", "1000", "others", "0")),
        Map.entry("homa-w2", Map.of("messages", "1000", "others", "0")),
        Map.entry("homa-w3", Map.of("messages", "1000", "others", "0.5")),
        Map.entry("homa-w4", Map.of("messages", "1000", "others", "0")),
        Map.entry("homa-w5", Map.of("messages", "1000", "others", "0")),
        Map.entry("table-4.3", Map.of("calls", "100", "connections", "8")),
        Map.entry("table-4.4", Map.of("calls", "100", "warm-up", "1")),
        Map.entry("table-4.5", Map.of("warm-up-ms", "1", "ms", "10", "rows", "1")),
        Map.entry("fig-4.11", Map.of("us", "100", "bytes", "64")),
        Map.entry("fig-4.12", Map.of("calls", "100")),
        Map.entry("fig-4.13", Map.of("kib", "32")),
        Map.entry("fig-4.14", Map.of("calls", "100", "connections", "512")),
        Map.entry("fig-4.16", Map.of("calls", "1000", "ms", "1", "loss", "0.01")),
        Map.entry("fig-4.17", Map.of("ms", "1", "connections", "64")),
        Map.entry("bottleneck", Map.of("calls", "100", "warm-up", "1", "connections", "4")),
        Map.entry("table-5.3", Map.of("flows", "100")),
        Map.entry("fig-5.8", Map.of("calls", "100", "rows", "1")),
        Map.entry("fig-5.9", Map.of("calls", "100", "connections", "48", "clients", "1")),
        Map.entry("fig-5.12", Map.of("calls", "100", "connections", "8", "hosts", "2")),
        Map.entry("fig-5.15", Map.of("microseconds", "50", "rows", "1")),
        Map.entry("fig-5.17", Map.of("microseconds", "50", "rows", "2")),
        Map.entry("fig-5.18", Map.of("microseconds", "50", "rows", "1")),
        Map.entry("cores", Map.of("ms", "1", "connections", "16")),
        Map.entry("fig-5.19", Map.of("microseconds", "100")));

    @TempDir
    Path directory;

    static Stream<Experiment> experiments() {
        Set<String> inRealTime = LiveExperiments.all().stream().map(Experiment::name).collect(Collectors.toSet());
        return Lab.experiments().stream().filter(experiment -> !inRealTime.contains(experiment.name()));
    }

    /** The parameters that name files of the experiment's own. */
    private static List<String> files(Experiment experiment) {
        return experiment.parameters().stream().filter(parameter -> parameter.meaning().startsWith("file for ")).map(Parameter::key).toList();
    }

    private Run run(Experiment experiment, Progress progress) throws LabException {
        Map<String, String> settings = new HashMap<>(SHORT.getOrDefault(experiment.name(), Map.of()));
        files(experiment).forEach(key -> settings.put(key, directory.resolve(key).toString()));
        return new Run(experiment, new Run.Wishes(SEED, settings), progress);
    }

    private Map<String, String> outputs(Experiment experiment, Progress progress) throws LabException, IOException {
        Result result = experiment.run(run(experiment, progress));
        assertThat(result.rows()).isNotEmpty();
        assertThat(result.plots()).as("what --svg draws").isNotEmpty();
        Map<String, String> outputs = new HashMap<>(Map.of("csv", Csv.of(result), "svg", Svg.of(result.plots())));
        for (String key : files(experiment)) {
            outputs.put(key, Files.readString(directory.resolve(key)));
        }
        return outputs;
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void theSameSeedGivesTheSameBytesAndProgressIsTold(Experiment experiment) throws LabException, IOException {
        List<Double> parts = new ArrayList<>();
        Map<String, String> first = outputs(experiment, (part, what) -> parts.add(part));
        assertThat(outputs(experiment, Progress.NONE)).isEqualTo(first);
        assertThat(parts).as("how far it is").isNotEmpty().isSorted().allMatch(part -> part >= 0 && part <= 1);
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void aRunThatIsInterruptedLeavesNoFile(Experiment experiment) throws LabException, IOException {
        Run run = run(experiment, (part, what) -> {
            throw new IllegalStateException("interrupted");
        });
        assertThatThrownBy(() -> experiment.run(run)).isInstanceOf(IllegalStateException.class).hasMessage("interrupted");
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void aMachineFileOfOnesOwnIsReadOrRefusedInALine(Experiment experiment) throws LabException {
        Run.Wishes wishes = new Run.Wishes(SEED, SHORT.get(experiment.name()), Optional.of(new MachineText("own.machine", "emem=9")), Optional.empty(),
            Set.of());
        if (experiment.takesMachine()) {
            Run run = new Run(experiment, wishes, Progress.NONE);
            assertThatThrownBy(() -> experiment.run(run)).isInstanceOf(LabException.class)
                .hasMessage("own.machine, line 1, emem: no source: a line is key = value | source");
        } else {
            assertThatThrownBy(() -> new Run(experiment, wishes, Progress.NONE)).isInstanceOf(LabException.class)
                .hasMessage("--machine: " + experiment.name() + " runs on no machine that a file describes");
        }
    }

    @ParameterizedTest
    @CsvSource({"bottleneck, emem.read-cycles", "fig-5.8, pipe.packet-clock-mhz"})
    void aMachineFileIsAsGoodAsItsSingleValues(String name, String key) throws LabException {
        Experiment experiment = Lab.experiment(name);
        Map<String, String> set = new HashMap<>(SHORT.get(name));
        MachineText shipped = name.equals("bottleneck") ? Machine.shipped() : org.millrace.tofino.machine.Machine.shipped();
        String own = with(with(shipped.text(), "mirror.reentry-cycles", 900), key, 1_234); // the former is the testbed's
        List<List<Object>> byFile = rows(experiment, new Run.Wishes(SEED, set, Optional.of(new MachineText("own.machine", own)), Optional.empty(), Set.of()));
        assertThat(byFile).isNotEqualTo(rows(experiment, new Run.Wishes(SEED, set)));
        set.put("machine." + key, "1234");
        assertThat(byFile).isEqualTo(rows(experiment, new Run.Wishes(SEED, set)));
    }

    private static String with(String file, String key, int value) {
        return file.replaceFirst("(?m)^" + key + " *= \\d+", key + " = " + value);
    }

    private static List<List<Object>> rows(Experiment experiment, Run.Wishes wishes) throws LabException {
        return experiment.run(new Run(experiment, wishes, Progress.NONE)).rows();
    }

    @Test
    void everyExperimentHasAShortForm() {
        assertThat(experiments().map(Experiment::name)).containsExactlyInAnyOrderElementsOf(SHORT.keySet());
    }
}
