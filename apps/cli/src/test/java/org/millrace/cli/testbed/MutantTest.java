package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.tcp.control.TcpControl;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.script.PacketScript;
import org.millrace.testkit.script.ScriptFailure;

/**
 * The packet scripts notice when the programs are changed. Mutants are drawn from all that {@link MutantFinder} finds; a mutant is
 * killed by a script that fails on it: another segment or answer, an exception, no end. Scripts run on hw-bluefield only, which runs
 * the same classes as hw-tofino.
 *
 * <p>The build tries a few whose script is known, so that it neither takes long nor depends on what another edit draws. {@code -Dmillrace.mutants=100 -Dmillrace.mutants.seed=1} draws a
 * hundred and shows each.
 */
class MutantTest {
    private static final long STEPS = 20_000_000;
    private static final String CONTROL = "org.millrace.tcp.control.";
    private final MutantLoader unchanged = new MutantLoader(null);
    private final Map<Attempt, Set<String>> reached = new HashMap<>();

    /** A script on a stack. */
    private record Attempt(PacketScript script, Scripts.Choice stack) {
        @Override
        public String toString() {
            return script.name() + " on " + stack.program();
        }
    }

    @ParameterizedTest
    @CsvSource({"control.IcmpErrors.error, shrink() is not called, options/path-mtu, tcp-flextoe",
        "control.handshake.Handshake.reset, challenge() is not called, opening/reset-in-window-while-half-open, tcp-laminar",
        "control.congestion.NewReno.onTimeout, 2 becomes 3, congestion/newreno-timeout, tcp-flextoe",
        "control.recovery.LossRecovery.tail, probe() is not called, rack/one-probe-only, tcp-flextoe",
        "laminar.receive.Place.process, inOrder() is not called, closing/abort-in-close-wait, tcp-laminar",
        "laminar.segment.Compose.process, 2 becomes 3, ecn/data-is-capable, tcp-laminar"})
    void changeIsNoticed(String method, String change, String script, String program) throws Throwable {
        Attempt attempt = attempts().stream().filter(one -> one.toString().equals(script + ".pkt on " + program)).findFirst()
            .orElseThrow();
        run(unchanged, attempt);
        List<Mutant> changes = all().stream().filter(mutant -> mutant.toString().startsWith(method + ":")
            && mutant.change().text().equals(change)).toList();
        List<Mutant> killed = new ArrayList<>();
        for (Mutant mutant : changes) {
            if (killer(mutant, List.of(attempt)) != null) {
                killed.add(mutant);
            }
        }
        assertThat(killed).as("killed by " + attempt + " of " + changes).isNotEmpty();
    }

    @Test
    @EnabledIfSystemProperty(named = "millrace.mutants", matches = "\\d+")
    void drawnMutantsAreKilled() throws Throwable {
        int count = Integer.getInteger("millrace.mutants");
        long seed = Long.getLong("millrace.mutants.seed", 1);
        List<Attempt> attempts = attempts();
        List<Mutant> survivors = new ArrayList<>();
        List<Mutant> drawn = all();
        Collections.shuffle(drawn, new Random(seed));
        for (Mutant mutant : drawn.subList(0, count)) {
            Attempt killer = killer(mutant, attempts);
            System.out.println((killer == null ? "SURVIVED" : "killed  ") + " " + mutant
                + (killer == null ? ", in reach of " + inReach(mutant, attempts) + " runs" : " by " + killer));
            if (killer == null) {
                survivors.add(mutant);
            }
        }
        assertThat(survivors).as("survivors of " + count + " with seed " + seed).isEmpty();
    }

    private static List<Mutant> all() throws IOException {
        List<Mutant> all = new ArrayList<>();
        Set<Path> places = new LinkedHashSet<>();
        for (Class<?> type : List.of(TcpControl.class, FlexToeFactory.class, LaminarFactory.class)) {
            places.add(Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())));
        }
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                read(place, all);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(place)) {
                    read(jar.getPath("/"), all);
                }
            }
        }
        all.sort(Comparator.comparing(Mutant::type).thenComparing(Mutant::method).thenComparingInt(Mutant::element)
            .thenComparing(mutant -> mutant.change().text()));
        return all;
    }

    private static void read(Path root, List<Mutant> all) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("org/millrace/tcp"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
                all.addAll(MutantFinder.in(Mutant.FORMAT.parse(Files.readAllBytes(file))));
            }
        }
    }

    /** One script of each directory, then the second of each, and so on: most mutants end early. */
    private static List<Attempt> attempts() throws IOException {
        Map<Path, Integer> places = new HashMap<>();
        Map<Path, Integer> order = new HashMap<>();
        List<Path> files = new ArrayList<>(Scripts.under(Scripts.HOME));
        files.forEach(file -> order.put(file, places.merge(file.getParent(), 1, Integer::sum)));
        files.sort(Comparator.comparing(order::get));
        List<Attempt> attempts = new ArrayList<>();
        for (Scripts.Choice stack : Scripts.STACKS.subList(0, 2)) {
            for (Path file : files) {
                PacketScript script = Scripts.read(file);
                if (script.isFor(stack.program(), stack.hardware())) {
                    attempts.add(new Attempt(script, stack));
                }
            }
        }
        return attempts;
    }

    private Attempt killer(Mutant mutant, List<Attempt> attempts) throws Throwable {
        MutantLoader loader = new MutantLoader(mutant);
        Class.forName(mutant.type(), true, loader); // a change that is no code is our mistake, not a kill
        for (Attempt attempt : attempts) {
            if (reaches(attempt, mutant)) {
                try {
                    run(loader, attempt);
                } catch (ScriptFailure | RuntimeException | StackOverflowError e) {
                    return attempt;
                }
            }
        }
        return null;
    }

    private static void run(MutantLoader loader, Attempt attempt) throws Throwable {
        MutantSteps.begin(STEPS);
        loader.run(attempt.script, attempt.stack);
    }

    private long inReach(Mutant mutant, List<Attempt> attempts) throws Throwable {
        long count = 0;
        for (Attempt attempt : attempts) {
            count += reaches(attempt, mutant) ? 1 : 0;
        }
        return count;
    }

    /** A script that does not reach the method on the programs as they are need not run. */
    private boolean reaches(Attempt attempt, Mutant mutant) throws Throwable {
        if (!mutant.type().startsWith(CONTROL) && !mutant.type().contains(attempt.stack.program().substring("tcp-".length()))) {
            return false;
        }
        if (!MutantLoader.counts(mutant.type())) {
            return true;
        }
        Set<String> known = reached.get(attempt);
        if (known == null) {
            run(unchanged, attempt);
            known = MutantSteps.reached();
            reached.put(attempt, known);
        }
        return known.contains(mutant.type() + "." + mutant.method());
    }
}
