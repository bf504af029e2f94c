package org.millrace.cli.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
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
 * killed by a script that fails on it: another segment or answer, an exception, no end; as it is written, or with exchanges of the program in between. Scripts run stage by stage, on the classes that
 * hw-bluefield copies and hw-tofino runs.
 *
 * <p>The build tries a few whose script is known, so that it neither takes long nor depends on what another edit draws. {@code -Dmillrace.mutants=100 -Dmillrace.mutants.seed=1} draws a
 * hundred and shows each, several seeds ({@code 1,2,3}) as many for each; with {@code -Dmillrace.mutants.in=LossRecovery} only those of which the text has that.
 */
class MutantTest {
    private static final long STEPS = 20_000_000;
    private static final String CONTROL = "org.millrace.tcp.control.";

    /** A script on a stack. */
    private record Attempt(PacketScript script, Scripts.Choice stack) {
        @Override
        public String toString() {
            return script.name() + " on " + stack.program();
        }

        /** {@return whether what a mutant changes is there at all} */
        boolean has(Mutant mutant) {
            return mutant.type().startsWith(CONTROL) || mutant.type().contains(stack.program().substring("tcp-".length()));
        }
    }

    /** What a script reaches on the programs as they are. */
    private record Reach(Attempt attempt, BitSet pieces) {
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
        run(MutantLoader.noting(), attempt);
        List<Mutant> changes = visible().stream().filter(mutant -> mutant.toString().startsWith(method + ":")
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
        String place = System.getProperty("millrace.mutants.in", "");
        MutantLoader unchanged = MutantLoader.noting();
        List<Reach> reaches = reaches(unchanged);
        List<Mutant> survivors = new ArrayList<>();
        for (String seed : System.getProperty("millrace.mutants.seed", "1").split(",")) {
            List<Mutant> drawn = visible();
            Collections.shuffle(drawn, new Random(Long.parseLong(seed)));
            drawn = drawn.stream().filter(mutant -> mutant.toString().contains(place)).limit(count).toList();
            int before = survivors.size();
            for (Mutant mutant : drawn) {
                if (!isKilled(mutant, unchanged, reaches)) {
                    survivors.add(mutant);
                }
            }
            System.out.println("seed " + seed + ": " + (drawn.size() + before - survivors.size()) + " of " + drawn.size() + " killed");
        }
        assertThat(survivors).as("survivors of draws of " + count).isEmpty();
    }

    /** Tries those that reach what is changed, and says what came of it. */
    private static boolean isKilled(Mutant mutant, MutantLoader unchanged, List<Reach> reaches) throws Throwable {
        int piece = unchanged.piece(mutant);
        List<Attempt> attempts = reaches.stream().filter(reach -> piece >= 0 && reach.pieces.get(piece))
            .map(Reach::attempt).filter(attempt -> attempt.has(mutant)).toList();
        Attempt killer = killer(mutant, attempts);
        System.out.println((killer == null ? "SURVIVED" : "killed  ") + " " + mutant
            + (killer == null ? ", in reach of " + attempts.size() + " runs" : " by " + killer));
        return killer != null;
    }

    /** Those that reach little come first: they are about what they reach. An exchange is about what is not reached without it. */
    private static List<Reach> reaches(MutantLoader unchanged) throws Throwable {
        List<Reach> reaches = new ArrayList<>();
        for (Attempt attempt : attempts()) {
            BitSet pieces = reach(unchanged, attempt);
            reaches.add(new Reach(attempt, pieces));
            if (attempt.script.isExchangeable()) {
                Attempt exchanging = new Attempt(attempt.script.exchanging(), attempt.stack);
                BitSet more = reach(unchanged, exchanging);
                more.andNot(pieces);
                reaches.add(new Reach(exchanging, more));
            }
        }
        reaches.sort(Comparator.comparing(reach -> reach.pieces.cardinality()));
        return reaches;
    }

    private static BitSet reach(MutantLoader unchanged, Attempt attempt) throws Throwable {
        run(unchanged, attempt);
        return MutantSteps.reached();
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

    /** {@return those that are drawn from: without {@code equal.mutants}, of which each is one of them} */
    private static List<Mutant> visible() throws IOException {
        Set<String> equal = equal();
        Map<String, Integer> places = new HashMap<>();
        List<Mutant> visible = new ArrayList<>();
        for (Mutant mutant : all()) {
            String change = mutant.toString().replaceFirst(":\\d+ ", " ");
            int place = places.merge(change, 1, Integer::sum);
            if (!equal.remove(place == 1 ? change : change + " @" + place)) {
                visible.add(mutant);
            }
        }
        assertThat(equal).as("equal.mutants that there are not").isEmpty();
        return visible;
    }

    @Test
    void whatNobodyCanSeeIsThere() throws IOException {
        assertThat(visible()).hasSizeLessThan(all().size());
    }

    /** Changes that nobody can see, without their reasons. */
    private static Set<String> equal() throws IOException {
        try (InputStream list = MutantTest.class.getResourceAsStream("equal.mutants")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                .map(line -> line.split(";")[0]).collect(Collectors.toCollection(HashSet::new));
        }
    }

    private static void read(Path root, List<Mutant> all) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("org/millrace/tcp"))) {
            for (Path file : files.filter(file -> file.toString().matches(".*/tcp/(control|flextoe|laminar)/.*\\.class")).toList()) {
                all.addAll(MutantFinder.in(Mutant.FORMAT.parse(Files.readAllBytes(file))));
            }
        }
    }

    private static List<Attempt> attempts() throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        for (Path file : Scripts.under(Scripts.HOME)) {
            PacketScript script = Scripts.read(file);
            Scripts.STACKS.subList(0, 2).stream().filter(stack -> script.isFor(stack.program(), stack.hardware()))
                .forEach(stack -> attempts.add(new Attempt(script, stack)));
        }
        return attempts;
    }

    /** {@return the first that notices, null if none does} */
    private static Attempt killer(Mutant mutant, List<Attempt> attempts) throws Throwable {
        MutantLoader loader = MutantLoader.of(mutant);
        MutantSteps.begin(STEPS);
        Class.forName(mutant.type(), true, loader); // a change that is no code is our mistake, not a kill
        for (Attempt attempt : attempts) {
            try {
                run(loader, attempt);
            } catch (ScriptFailure | RuntimeException | StackOverflowError e) {
                return attempt;
            }
        }
        return null;
    }

    private static void run(MutantLoader loader, Attempt attempt) throws Throwable {
        MutantSteps.begin(STEPS);
        loader.run(attempt.script, attempt.stack);
    }
}
