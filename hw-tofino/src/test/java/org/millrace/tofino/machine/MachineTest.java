package org.millrace.tofino.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;

final class MachineTest {
    private final String text = Machine.shipped().text();

    @Test
    void tofino2IsRead() {
        Machine machine = Machine.tofino2();
        assertThat(machine.pipe().stages()).isEqualTo(20);
        assertThat(machine.stage().sramBlocks() * machine.pipe().stages()).isEqualTo(1600);
        assertThat(machine.alu().constantMin()).isEqualTo(-8);
    }

    @Test
    void lineWithoutSourceIsRefused() {
        refused(text.replaceFirst("= 4      \\| p4c bf-p4c/specs/device.h", "= 4 |"), 7, "pipe.pipes", "no source");
    }

    @Test
    void lineWithoutEqualsIsRefused() {
        refused("pipe pipes 4 | x\n" + text, 1, "pipe pipes 4 | x", "no '='");
    }

    @Test
    void wordInsteadOfANumberIsRefused() {
        refused(text.replaceFirst("= 4 ", "= four "), 7, "pipe.pipes", "'four', allowed is a whole number from 1 to");
    }

    @Test
    void zeroIsRefused() {
        refused(text.replaceFirst("= 4 ", "= 0 "), 7, "pipe.pipes", "'0', allowed is a whole number from 1 to");
    }

    @Test
    void secondValueIsRefused() {
        int last = (int) text.lines().count() + 1;
        refused(text + "pipe.pipes = 4 | again\n", last, "pipe.pipes", "given before, at M, line 7");
    }

    @Test
    void unknownKeyIsRefused() {
        int last = (int) text.lines().count() + 1;
        refused(text + "pipe.colour = 4 | x\n", last, "pipe.colour", "unknown key");
    }

    @Test
    void missingKeyIsRefused() {
        refused(text.replaceFirst("(?m)^pipe.stages.*\n", ""), (int) text.lines().count(), "pipe.stages", "missing");
    }

    private static void refused(String file, int line, String key, String problem) {
        assertThatThrownBy(() -> Machine.parse(new MachineText("M", file), Map.of())).isInstanceOf(MachineFileException.class)
            .hasMessageContaining("M, line " + line + ", " + key).hasMessageContaining(problem);
    }

    /** A number that nobody reads says nothing of the model. */
    @Test
    void everyKeyIsUsed() throws Exception {
        Set<String> called = new HashSet<>();
        Path classes = Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(classes.resolve("org/millrace/tofino"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class") && !f.toString().contains("machine/")).toList()) {
                ClassFile.of().parse(file).methods().forEach(m -> m.code().ifPresent(code -> code.forEach(e -> {
                    if (e instanceof InvokeInstruction call) {
                        called.add(call.owner().asInternalName() + '.' + call.name().stringValue());
                    }
                })));
            }
        }
        for (Class<?> group : Machine.class.getDeclaredClasses()) {
            for (RecordComponent key : group.isRecord() ? group.getRecordComponents() : new RecordComponent[0]) {
                assertThat(called).contains(group.getName().replace('.', '/') + '.' + key.getName());
            }
        }
    }
}
