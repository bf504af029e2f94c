package org.millrace.cli.lab;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.millrace.cli.tool.Table;
import org.millrace.cli.tool.ToolException;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;
import org.millrace.lab.Lab;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Parameter;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.output.Csv;
import org.millrace.lab.output.Svg;
import org.millrace.lab.output.WholeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an experiment. */
@Command(name = "run", mixinStandardHelpOptions = true, description = {
    "Run an experiment, and show its table: what is published beside what we get.",
    "The same seed and settings give the same bytes, but on live traffic. A run that is interrupted leaves no file."})
final class LabRunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "One of millrace lab list.")
    private String name;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write the table there, in full precision.")
    private Path csv;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw the plots there.")
    private Path svg;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
        description = "Of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Change a parameter; --parameters lists them. May be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--messages", paramLabel = "N", description = "Short for --set messages=N.")
    private String messages;

    @Option(names = "--machine", paramLabel = "FILE",
        description = "The figures of the machine, in place of the shipped ones, for experiments on hw-agilio or hw-tofino.")
    private Path machine;

    @Option(names = "--mapping", paramLabel = "FILE", description = "Where stages are placed, for experiments on a machine that can choose.")
    private Path mapping;

    @Option(names = "--without", paramLabel = "PART", description = "Leave a part out. May be repeated.")
    private Set<String> without = Set.of();

    @Option(names = "--parameters", description = "Do not run it: list what can be set, and what can be left out.")
    private boolean isParameters;

    /** Made by picocli. */
    LabRunCommand() {
    }

    @Override
    public Integer call() throws ToolException {
        try {
            Experiment experiment = Lab.experiment(name);
            if (isParameters) {
                list(experiment);
            } else {
                run(experiment);
            }
            return 0;
        } catch (LabException | MachineFileException e) {
            throw new ToolException(e.getMessage(), ToolException.Fault.REQUEST);
        }
    }

    private void run(Experiment experiment) throws LabException {
        Map<String, String> all = new LinkedHashMap<>(settings);
        if (messages != null) {
            all.put("messages", messages);
        }
        Optional<WholeFile> table = csv == null ? Optional.empty() : Optional.of(new WholeFile("--csv", csv));
        Optional<WholeFile> drawing = svg == null ? Optional.empty() : Optional.of(new WholeFile("--svg", svg));
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr(), experiment.name());
        Run.Wishes wishes = new Run.Wishes(seed, all, text(machine), text(mapping), without);
        Result result = experiment.run(new Run(experiment, wishes, progress)).note("run with: " + wishes.options());
        progress.end();
        show(result);
        if (table.isPresent()) {
            table.get().write(Csv.of(result));
        }
        if (drawing.isPresent()) {
            if (result.plots().isEmpty()) {
                throw new LabException("--svg: " + experiment.name() + " has no plot");
            }
            drawing.get().write(Svg.of(result.plots()));
        }
    }

    private static Optional<MachineText> text(Path file) {
        return Optional.ofNullable(file).map(MachineText::read);
    }

    private void show(Result result) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(result.title());
        out.println();
        Table table = new Table(result.headings().toArray(String[]::new));
        for (List<Object> row : result.rows()) {
            table.row(row.stream().map(Cells::text).toArray());
        }
        table.print(out);
        out.println();
        out.println("calibrated: " + (result.calibrated().isEmpty() ? "nothing" : String.join("; ", result.calibrated())));
        result.notes().forEach(out::println);
        out.flush();
    }

    private void list(Experiment experiment) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(experiment.name() + ": " + experiment.reproduces());
        Table table = new Table("parameter", "default", "meaning");
        for (Parameter parameter : experiment.parameters()) {
            table.row(parameter.key(), parameter.standard(), parameter.meaning());
        }
        experiment.parts().stream().sorted().forEach(part -> table.row("--without " + part, "", ""));
        if (experiment.takesMachine()) {
            table.row("--machine FILE", "", "the machine's figures");
        }
        if (experiment.takesMapping()) {
            table.row("--mapping FILE", "", "where stages are placed");
        }
        table.print(out);
        out.flush();
    }
}
