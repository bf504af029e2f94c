package org.millrace.cli.fit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.tcp.control.program.TcpConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which program a command is about, for how many connections, and with what in it. */
final class ProgramOptions {
    private static final int MAX_FLOWS = 1 << 24;
    private static final int MAX_CONTEXTS = 1 << 16;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PROGRAM", description = "tcp-flextoe, tcp-laminar, homa, udp, or a bundle's.")
    private String name;

    @Option(names = "--flows", paramLabel = "N", defaultValue = "32768",
        description = "For how many connections (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--contexts", paramLabel = "N", defaultValue = "1024",
        description = "For how many contexts (default: ${DEFAULT-VALUE}).")
    private int contexts;

    @Option(names = "--option", paramLabel = "KEY=VALUE", description = "An option of the program, as in a configuration: "
        + "tcp.sack=on, delayed-ack-segments=2. May be repeated.")
    private Map<String, String> options = Map.of();

    @Option(names = "--deploy", paramLabel = "DIR", description = "Whose bundles are known (default: deploy of the image).")
    private Path deploy = Bundles.deployDirectory();

    @Option(names = "--with", paramLabel = "JAR", description = "A bundle that is not there yet. May be repeated.")
    private List<Path> with = List.of();

    private Bundles bundles;

    /** Looks at the bundles; what is wrong with one is said and left out. */
    void look() {
        try {
            bundles = Bundles.of(deploy, with);
        } catch (IOException e) {
            throw refused("bundles cannot be looked at: " + reason(e));
        }
        bundles.problems().forEach(spec.commandLine().getErr()::println);
    }

    Bundles bundles() {
        return bundles;
    }

    Capacity capacity() {
        return new Capacity(within("--flows", flows, MAX_FLOWS), within("--contexts", contexts, MAX_CONTEXTS));
    }

    boolean hasOptions() {
        return !options.isEmpty();
    }

    /** {@return the program with its options and the extensions of bundles} */
    Program<?> program(HardwareBackend machine, Capacity capacity) {
        return program(machine, capacity, withoutPrefix());
    }

    /** {@return the program without options} */
    Program<?> plain(HardwareBackend machine, Capacity capacity) {
        return program(machine, capacity, Map.of());
    }

    /** {@return its number in the IP header} */
    int protocol() {
        return new Programs(bundles.transports()).protocol(name);
    }

    private Program<?> program(HardwareBackend machine, Capacity capacity, Map<String, String> chosen) {
        try {
            Programs programs = new Programs(bundles.transports());
            return extended(programs.program(name, machine, capacity, chosen)
                .orElseThrow(() -> unknown("program", name, programs.names())));
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
            if (name.startsWith("tcp-") && !TcpConfig.KEYS.contains(known)) {
                throw unknown("option", key, TcpConfig.KEYS);
            }
            bare.put(known, value);
        });
        return bare;
    }

    private int within(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw refused(option + " is " + value + ", allowed is 1 to " + most);
        }
        return value;
    }

    ParameterException unknown(String what, String given, Collection<String> known) {
        return refused("no " + what + " is named " + given + "; there are " + String.join(", ", known));
    }

    ParameterException refused(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "there is no such directory"
            : e instanceof FileSystemException known && known.getReason() != null ? known.getReason()
            : e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }
}
