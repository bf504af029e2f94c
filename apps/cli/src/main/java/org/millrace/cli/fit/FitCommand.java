package org.millrace.cli.fit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.AgilioReport;
import org.millrace.agilio.IslandsSvg;
import org.millrace.agilio.ReportText;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.cli.tool.ToolException;
import org.millrace.cli.tool.Output;
import org.millrace.cli.tool.Table;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tofino.ReportJson;
import org.millrace.tofino.ReportSvg;

import org.millrace.tofino.TofinoBackend;
import org.millrace.tofino.TofinoReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
    private static final int MAX_FLOWS = 1 << 24;
    private static final int MAX_CONTEXTS = 1 << 16;
    private static final List<String> MACHINES = List.of(BluefieldBackend.NAME, AgilioBackend.NAME, TofinoBackend.NAME);

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PROGRAM", description = "tcp-flextoe, tcp-laminar, homa, or a bundle's.")
    private String programName;

    @Parameters(index = "1", paramLabel = "HARDWARE", description = "hw-bluefield, hw-agilio, hw-tofino, or a bundle's.")
    private String machine;

    @Option(names = "--flows", paramLabel = "N", defaultValue = "32768",
        description = "For how many connections (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--contexts", paramLabel = "N", defaultValue = "1024",
        description = "For how many contexts (default: ${DEFAULT-VALUE}).")
    private int contexts;

    @Option(names = "--option", paramLabel = "KEY=VALUE", description = "An option of the program, as in a configuration: "
        + "tcp.sack=on, delayed-ack-segments=2. The report says what it adds. May be repeated.")
    private Map<String, String> options = Map.of();

    @Option(names = "--deploy", paramLabel = "DIR", description = "Whose bundles are known (default: deploy of the image).")
    private Path deploy = Bundles.deployDirectory();

    @Option(names = "--with", paramLabel = "JAR", description = "A bundle that is not there yet. May be repeated.")
    private List<Path> with = List.of();

    @Option(names = "--json", description = "Print the report as a JSON object.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE",
        description = "Draw the stages of hw-tofino, or the islands of hw-agilio, with what occupies them, too.")
    private Path svg;

    private Bundles bundles;

    /** Made by picocli. */
    FitCommand() {
    }

    @Override
    public Integer call() {
        Capacity capacity = new Capacity(within("--flows", flows, MAX_FLOWS),
            within("--contexts", contexts, MAX_CONTEXTS));
        look();
        Program<?> program = program(capacity, withoutPrefix());
        FitReport fit = switch (machine) {
            case TofinoBackend.NAME -> tofino(program, capacity);
            case AgilioBackend.NAME -> agilio(program, capacity);
            default -> other(backend(), program, capacity);
        };
        spec.commandLine().getOut().flush();
        return fit.fits() ? 0 : ToolException.EXIT_FAILED;
    }

    private void look() {
        try {
            bundles = Bundles.of(deploy, with);
        } catch (IOException e) {
            throw refused("bundles cannot be looked at: " + reason(e));
        }
        bundles.problems().forEach(spec.commandLine().getErr()::println);
    }

    private HardwareBackend backend() {
        if (machine.equals(BluefieldBackend.NAME)) {
            return new BluefieldBackend();
        }
        if (machine.equals(AgilioBackend.NAME)) {
            return new AgilioBackend();
        }
        if (machine.equals(TofinoBackend.NAME)) {
            return new TofinoBackend();
        }
        List<String> names = new ArrayList<>(MACHINES);
        bundles.hardware().forEach(backend -> names.add(backend.name()));
        return bundles.hardware().stream().filter(backend -> backend.name().equals(machine)).findFirst()
            .orElseThrow(() -> unknown("hardware", machine, names));
    }

    private Program<?> program(Capacity capacity, Map<String, String> chosen) {
        try {
            Programs programs = new Programs(bundles.transports());
            return extended(programs.program(programName, backend(), capacity, chosen)
                .orElseThrow(() -> unknown("program", programName, programs.names())));
        } catch (IllegalArgumentException e) {
            throw refused("--option " + e.getMessage());
        }
    }

    private <M extends SegmentMeta> Program<M> extended(Program<M> program) {
        try {
            return new StageExtensions(bundles.extensions()).extend(program);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
    }

    /** Keys as the program knows them; a configuration puts the family or the program before them. */
    private Map<String, String> withoutPrefix() {
        Map<String, String> bare = new TreeMap<>();
        options.forEach((key, value) -> {
            String known = key.replaceFirst("^(tcp\\.|transport\\.[^.]+\\.)", "");
            if (programName.startsWith("tcp-") && !TcpConfig.KEYS.contains(known)) {
                throw unknown("option", key, TcpConfig.KEYS);
            }
            bare.put(known, value);
        });
        return bare;
    }

    private FitReport tofino(Program<?> program, Capacity capacity) {
        TofinoReport report = new TofinoBackend().report(program, capacity);
        Optional<TofinoReport> base = options.isEmpty() ? Optional.empty()
            : Optional.of(new TofinoBackend().report(program(capacity, Map.of()), capacity));
        if (svg != null) {
            draw(ReportSvg.of(report));
        }
        print(json ? ReportJson.of(report, base) + "\n" : org.millrace.tofino.ReportText.of(report, base));
        return report.fit();
    }

    private FitReport agilio(Program<?> program, Capacity capacity) {
        AgilioReport report = new AgilioBackend().report(program, capacity);
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
            throw refused("--svg draws the stages of " + TofinoBackend.NAME + " and the islands of " + AgilioBackend.NAME + ", "
                + machine + " has neither");
        }
        FitReport fit = backend.admit(program, capacity);
        if (json) {
            print(Output.json(fields(program, capacity, fit)) + "\n");
            return fit;
        }
        print(program.name() + " on " + machine + ", " + flows + " flows, " + contexts + " contexts: "
            + (fit.fits() ? "fits" : "refused") + extensions() + "\n\n");
        fit.refused().forEach(reason -> print("  " + reason + "\n"));
        fit.notes().forEach(note -> print("  note: " + note + "\n"));
        Table table = new Table("workflow", "stage", "place", "occupies");
        fit.placed().forEach(p -> table.row(p.workflow(), p.stage(), p.place(), p.occupies()));
        table.print(spec.commandLine().getOut());
        return fit;
    }

    private String extensions() {
        return bundles.extensions().isEmpty() ? "" : ", with " + String.join(", ",
            bundles.extensions().stream().map(StageExtension::name).toList());
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
            throw refused("--svg " + svg + " cannot be written: " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "there is no such directory"
            : e instanceof FileSystemException known && known.getReason() != null ? known.getReason()
            : e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    private int within(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw refused(option + " is " + value + ", allowed is 1 to " + most);
        }
        return value;
    }

    private ParameterException unknown(String what, String name, Collection<String> known) {
        return refused("no " + what + " is named " + name + "; there are " + String.join(", ", known));
    }

    private ParameterException refused(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
    }
}
