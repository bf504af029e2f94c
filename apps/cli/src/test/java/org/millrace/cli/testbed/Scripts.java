package org.millrace.cli.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.millrace.testkit.script.PacketScript;
import org.millrace.testkit.script.ScriptException;
import org.millrace.testkit.script.ScriptFailure;

/**
 * The packet scripts of this module and the stacks that they run on. As a program it runs the scripts it is given, or
 * those in the directories it is given: quicker than a build.
 */
final class Scripts {
    static final Path HOME = Path.of("src/test/scripts");
    static final List<Choice> STACKS = List.of(new Choice("tcp-flextoe", "hw-bluefield"),
        new Choice("tcp-laminar", "hw-bluefield"), new Choice("tcp-laminar", "hw-tofino"));

    private Scripts() {
    }

    /** A program and the hardware that runs it. */
    record Choice(String program, String hardware) {
        @Override
        public String toString() {
            return program + " on " + hardware;
        }
    }

    static List<Path> under(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> file.toString().endsWith(".pkt")).sorted().toList();
        }
    }

    static PacketScript read(Path file) throws IOException {
        Path name = file.startsWith(HOME) ? HOME.relativize(file) : file;
        return PacketScript.parse(name.toString(), Files.readString(file));
    }

    static void run(PacketScript script, Choice stack) {
        try (Testbed testbed = new Testbed()) {
            script.run(stack.program, stack.hardware, testbed::call);
        }
    }

    public static void main(String[] places) throws IOException {
        int failed = 0;
        for (String place : places) {
            for (Path file : under(Path.of(place))) {
                failed += runOnAll(file);
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private static int runOnAll(Path file) throws IOException {
        int failed = 0;
        try {
            PacketScript script = read(file);
            for (Choice stack : STACKS.stream().filter(s -> script.isFor(s.program, s.hardware)).toList()) {
                try {
                    run(script, stack);
                    System.out.println("ok      " + script.name() + " on " + stack);
                } catch (ScriptFailure e) {
                    failed++;
                    System.out.println("FAILED  " + e.getMessage());
                }
            }
        } catch (ScriptException e) {
            failed++;
            System.out.println("FAILED  " + e.getMessage());
        }
        return failed;
    }
}
