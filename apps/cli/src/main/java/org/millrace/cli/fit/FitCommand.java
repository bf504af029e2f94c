package org.millrace.cli.fit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.AgilioReport;
import org.millrace.agilio.IslandsSvg;
import org.millrace.agilio.ReportText;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.Table;
import org.millrace.tofino.ReportJson;
import org.millrace.tofino.ReportSvg;
import org.millrace.tofino.TofinoBackend;
import org.millrace.tofino.TofinoReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether a program fits a machine, without loading it. */
@Command(name = "fit", mixinStandardHelpOptions = true, description = {
    "Say whether a transport's program fits a machine, where its parts go and what they occupy; if not, every reason: "
        + "stage, method:line, operation, [limit].",
    "Programs, hardware and stage extensions of bundles in deploy/ are known, too; extensions are in the program as they would "
        + "be if it ran.",
    "Exits with 0 if it fits, 1 if it is refused, 2 if the command line is wrong."})
public final class FitCommand implements Callable<Integer> {
    private static final List<String> MACHINES = List.of(BluefieldBackend.NAME, AgilioBackend.NAME, TofinoBackend.NAME);

    @Spec
    private CommandSpec spec;

    @Parameters(index = "1", paramLabel = "HARDWARE", description = "hw-bluefield, hw-agilio, hw-tofino, or a bundle's.")
    private String machine;

    @Mixin
    private ProgramOptions chosen;

    @Mixin
    private MachineOptions described;

    @Option(names = "--json", description = "Print the report as a JSON object.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE",
        description = "Draw the stages of hw-tofino, or the islands of hw-agilio, with what occupies them, too.")
    private Path svg;

    /** Made by picocli. */
    FitCommand() {
    }

    @Override
    public Integer call() {
        Capacity capacity = chosen.capacity();
        described.only(machine);
        chosen.look();
        Program<?> program = chosen.program(backend(), capacity);
        FitReport fit = switch (machine) {
            case TofinoBackend.NAME -> tofino(program, capacity);
            case AgilioBackend.NAME -> agilio(program, capacity);
            default -> other(backend(), program, capacity);
        };
        spec.commandLine().getOut().flush();
        return fit.fits() ? 0 : ToolException.EXIT_FAILED;
    }

    private HardwareBackend backend() {
        if (machine.equals(BluefieldBackend.NAME)) {
            return new BluefieldBackend();
        }
        if (machine.equals(AgilioBackend.NAME)) {
            return described.agilio();
        }
        if (machine.equals(TofinoBackend.NAME)) {
            return described.tofino();
        }
        List<String> names = new ArrayList<>(MACHINES);
        chosen.bundles().hardware().forEach(backend -> names.add(backend.name()));
        return chosen.bundles().hardware().stream().filter(backend -> backend.name().equals(machine)).findFirst()
            .orElseThrow(() -> chosen.unknown("hardware", machine, names));
    }

    private FitReport tofino(Program<?> program, Capacity capacity) {
        TofinoBackend backend = described.tofino();
        TofinoReport report = backend.report(program, capacity);
        Optional<TofinoReport> base = chosen.hasOptions()
            ? Optional.of(backend.report(chosen.plain(backend, capacity), capacity)) : Optional.empty();
        if (svg != null) {
            draw(ReportSvg.of(report));
        }
        print(json ? ReportJson.of(report, base) + "\n" : org.millrace.tofino.ReportText.of(report, base));
        return report.fit();
    }

    private FitReport agilio(Program<?> program, Capacity capacity) {
        AgilioReport report = described.agilio().report(program, capacity);
        if (svg != null) {
            draw(IslandsSvg.of(report));
        }
        if (json) {
            Map<String, Object> fields = fields(program, capacity, report.fit());
            fields.put("resources", report.rows().stream().map(row -> Map.of("name", row.name(), "used", row.used(), "of", row.of()))
                .toList());
            print(Output.json(fields) + "\n");
        } else {
            print(ReportText.of(report));
        }
        return report.fit();
    }

    private FitReport other(HardwareBackend backend, Program<?> program, Capacity capacity) {
        if (svg != null) {
            throw chosen.refused("--svg draws the stages of " + TofinoBackend.NAME + " and the islands of " + AgilioBackend.NAME + ", "
                + machine + " has neither");
        }
        FitReport fit = backend.admit(program, capacity);
        if (json) {
            print(Output.json(fields(program, capacity, fit)) + "\n");
            return fit;
        }
        print(program.name() + " on " + machine + ", " + capacity.flows() + " flows, " + capacity.contexts() + " contexts: "
            + (fit.fits() ? "fits" : "refused") + extensions() + "\n\n");
        fit.refused().forEach(reason -> print("  " + reason + "\n"));
        fit.notes().forEach(note -> print("  note: " + note + "\n"));
        Table table = new Table("workflow", "stage", "place", "occupies");
        fit.placed().forEach(p -> table.row(p.workflow(), p.stage(), p.place(), p.occupies()));
        table.print(spec.commandLine().getOut());
        return fit;
    }

    private String extensions() {
        return chosen.bundles().extensions().isEmpty() ? "" : ", with " + String.join(", ",
            chosen.bundles().extensions().stream().map(StageExtension::name).toList());
    }

    private Map<String, Object> fields(Program<?> program, Capacity capacity, FitReport fit) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("program", program.name());
        fields.put("hardware", machine);
        fields.put("flows", capacity.flows());
        fields.put("contexts", capacity.contexts());
        fields.put("fits", fit.fits());
        fields.put("refused", fit.refused().stream().map(String::valueOf).toList());
        fields.put("notes", fit.notes());
        fields.put("placed", fit.placed().stream().map(p -> Map.of("workflow", p.workflow(), "stage", p.stage(),
            "place", p.place(), "occupies", p.occupies())).toList());
        return fields;
    }

    private void draw(String drawing) {
        try {
            Files.writeString(svg, drawing);
        } catch (IOException e) {
            throw chosen.refused("--svg " + svg + " cannot be written: " + ProgramOptions.reason(e));
        }
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
    }
}
