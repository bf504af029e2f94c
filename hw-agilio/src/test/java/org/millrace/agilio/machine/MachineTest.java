package org.millrace.agilio.machine;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;

/** Machine and mapping files: what is wrong is said with file, line and what is allowed. */
class MachineTest {
    private static final String MACHINE = Machine.shipped().text();
    private static final String MAPPING = Mapping.shipped().text();

    private static String machine(String line, String instead) {
        assertThat(MACHINE).contains(line);
        return MACHINE.replace(line, instead);
    }

    @Test
    void theShippedMachineIsTheDissertations() {
        Machine machine = Machine.nfp4000();
        assertThat(machine.island().count() * machine.island().fpcs()).isEqualTo(60);
        assertThat(machine.fpc().clockMhz()).isEqualTo(800);
        assertThat(machine.fpc().threads()).isEqualTo(8);
        assertThat(machine.cls().bytes()).isEqualTo(64 << 10);
        assertThat(machine.imem().bytes()).isEqualTo(4 << 20);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        cam.cycles = 2; cam.cycles = two; M, line @, cam.cycles: 'two', allowed is a whole number from 1 to 1073741824
        cam.cycles = 2; cam.cycles = 0; M, line @, cam.cycles: '0', allowed is a whole number from 1 to 1073741824
        cam.cycles = 2; cam.cycle = 2; M, line $, cam.cycles: missing, allowed is a whole number from 1 to 1073741824
        cam.cycles = 2 | R: 1 to 2; cam.cycles = 2; M, line @, cam.cycles: no source: a line is key = value | source
        cam.cycles = 2 | R: 1 to 2; cam; M, line @, cam: no '=': a line is key = value | source
        cam.cycles = 2; cam.entries = 2; M, line @, cam.entries: given before, at M, line @-1, cam.entries
        cam.entries = 16; cam.entries = 32; M, line @, cam.entries: 32 entries of state.connection-bytes 160 are more than fpc.local-bytes 4096
        """)
    void aWrongMachineIsRefusedWithItsLine(String line, String instead, String message) {
        long at = MACHINE.substring(0, MACHINE.indexOf(line)).lines().count() + 1;
        String expected = message.replace("line @-1", "line " + (at - 1)).replace("line @", "line " + at)
            .replace("line $", "line " + (MACHINE.lines().count() + 1));
        assertThatThrownBy(() -> Machine.parse(new MachineText("M", machine(line, instead)), Map.of()))
            .isInstanceOf(MachineFileException.class).hasMessage(expected);
    }

    @Test
    void anUnknownKeyIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> Machine.parse(new MachineText("M", MACHINE + "fpc.divider = 1 | nowhere\n"), Map.of()))
            .hasMessageContaining("fpc.divider: unknown key, allowed are island.first, island.count");
        assertThatThrownBy(() -> Machine.nfp4000(Map.of("emem.read", "5")))
            .hasMessageStartingWith("set emem.read: unknown, allowed is one of island.first");
    }

    @Test
    void whatIsSetStandsInPlaceOfTheFiles() {
        assertThat(Machine.nfp4000(Map.of("emem.read-cycles", "360")).emem().readCycles()).isEqualTo(360);
        assertThatThrownBy(() -> Machine.nfp4000(Map.of("emem.read-cycles", "-1")))
            .hasMessage("set emem.read-cycles: '-1', allowed is a whole number from 1 to 1073741824");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        protocol.steer = flow; protocol.steer = hash; protocol.steer: 'hash', allowed is any, group, flow, context
        protocol.stages = protocol; protocol.stages = protocol pre; protocol.stages: stage pre is at pre already
        dma.steer = any; dma.steer = group; dma.steer: group, but the place is on the service island, allowed are any, flow, context
        places = pre protocol; places = pre pre protocol; places: 'pre' stands there twice
        pre.threads = 8; pre.threads = 9; pre.threads: '9', allowed is a whole number from 1 to 8
        """)
    void aWrongMappingIsRefusedWithItsLine(String line, String instead, String message) {
        assertThat(MAPPING).contains(line);
        assertThatThrownBy(() -> Mapping.parse(new MachineText("map", MAPPING.replace(line, instead)), Map.of()))
            .isInstanceOf(MachineFileException.class).hasMessageStartingWith("map, line ").hasMessageEndingWith(message);
    }

    @Test
    void parallelismIsTakenAway() {
        Mapping figure = Mapping.fig48();
        assertThat(figure.fpcsOfGroup()).isEqualTo(12);
        assertThat(figure.without("islands").groups()).isEqualTo(1);
        assertThat(figure.without("replication").fpcsOfGroup()).isEqualTo(4);
        assertThat(figure.without("threads").places()).extracting(Mapping.Place::threads).containsExactly(3, 1, 1, 1, 8, 8);
        assertThat(figure.without("pipelining").places()).hasSize(1);
        assertThatThrownBy(() -> figure.without("luck"))
            .hasMessage("'luck', allowed is one of islands, pipelining, replication, sequencing, threads");
    }

    /** A number that nobody reads says nothing of the model. */
    @Test
    void everyKeyIsUsed() throws Exception {
        Set<String> called = new HashSet<>();
        Path classes = Path.of(AgilioBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(classes.resolve("org/millrace/agilio"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class") && !f.toString().contains("/machine/")).toList()) {
                ClassFile.of().parse(file).methods().forEach(m -> m.code().ifPresent(code -> code.forEach(e -> {
                    if (e instanceof InvokeInstruction call) {
                        called.add(call.owner().asInternalName() + '.' + call.name().stringValue());
                    }
                })));
            }
        }
        for (Class<?> group : Machine.class.getDeclaredClasses()) {
            for (RecordComponent key : group.getRecordComponents()) {
                assertThat(called).contains(group.getName().replace('.', '/') + '.' + key.getName());
            }
        }
    }
}
