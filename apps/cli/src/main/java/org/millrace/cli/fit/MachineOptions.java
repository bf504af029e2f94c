package org.millrace.cli.fit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;
import org.millrace.tofino.TofinoBackend;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A machine of one's own: its figures, from a file or one by one, and where stages go on it. */
final class MachineOptions {
    private static final String MACHINE = "machine.";
    private static final String MAPPING = "mapping.";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--machine", paramLabel = "FILE", description = "The figures of hw-agilio or hw-tofino, in place of the shipped ones.")
    private Path machine;

    @Option(names = "--mapping", paramLabel = "FILE", description = "Where stages go on hw-agilio, in place of the shipped mapping.")
    private Path mapping;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A figure of the machine, machine.emem.read-cycles=250, or a value of "
        + "the mapping, mapping.post.fpcs=3, in place of the file's. May be repeated.")
    private Map<String, String> set = new LinkedHashMap<>();

    private Map<String, String> under(String prefix) {
        Map<String, String> keys = new LinkedHashMap<>();
        set.forEach((key, value) -> {
            if (!key.startsWith(MACHINE) && !key.startsWith(MAPPING)) {
                throw refused("--set " + key + ": allowed are machine.KEY and mapping.KEY");
            }
            if (key.startsWith(prefix)) {
                keys.put(key.substring(prefix.length()), value);
            }
        });
        return keys;
    }

    /** Refuses what this hardware has not. */
    void only(String hardware) {
        boolean isAgilio = hardware.equals(AgilioBackend.NAME);
        if (!isAgilio && (mapping != null || !under(MAPPING).isEmpty())) {
            throw refused("--mapping and --set " + MAPPING + " are of " + AgilioBackend.NAME + ": " + hardware + " has no mapping");
        }
        if (!isAgilio && !hardware.equals(TofinoBackend.NAME) && (machine != null || !under(MACHINE).isEmpty())) {
            throw refused("--machine and --set " + MACHINE + " are of " + AgilioBackend.NAME + " and " + TofinoBackend.NAME + ": " + hardware
                + " is described by no file");
        }
    }

    AgilioBackend agilio() {
        return read(() -> {
            Machine figures = Machine.parse(text(machine).orElseGet(Machine::shipped), under(MACHINE));
            Map<String, String> placed = under(MAPPING);
            return AgilioBackend.of(figures, mapping == null && placed.isEmpty() ? null
                : Mapping.parse(text(mapping).orElseGet(Mapping::shipped), placed));
        });
    }

    TofinoBackend tofino() {
        return read(() -> TofinoBackend.of(org.millrace.tofino.machine.Machine.parse(
            text(machine).orElseGet(org.millrace.tofino.machine.Machine::shipped), under(MACHINE))));
    }

    private <T> T read(Supplier<T> made) {
        try {
            return made.get();
        } catch (MachineFileException e) {
            throw refused(e.getMessage());
        }
    }

    private static Optional<MachineText> text(Path file) {
        return Optional.ofNullable(file).map(MachineText::read);
    }

    private ParameterException refused(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
