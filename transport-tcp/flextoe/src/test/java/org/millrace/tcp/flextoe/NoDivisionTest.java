package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.OperatorInstruction;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.wire.SequenceNumber;

/** A network processor has no division: the stages, their states and what they call do without. */
class NoDivisionTest {
    private static final Set<Opcode> DIVISION = EnumSet.of(Opcode.IDIV, Opcode.IREM, Opcode.LDIV, Opcode.LREM);

    @ParameterizedTest
    @ValueSource(classes = {ReceivePreprocess.class, Preprocess.class, Preprocess.Peer.class, ReceiveProtocol.class,
        TransmitProtocol.class, ControlProtocol.class, ProtocolState.class, Postprocess.class, PostState.class, FlexMeta.class,
        PayloadStage.class, ContextStage.class, SequenceNumber.class})
    void noStageDivides(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream bytes = type.getResourceAsStream(file)) {
            List<String> divisions = ClassFile.of().parse(bytes.readAllBytes()).methods().stream()
                .filter(method -> method.code().isPresent() && method.code().get().elementStream()
                    .anyMatch(e -> e instanceof OperatorInstruction o && DIVISION.contains(o.opcode())))
                .map(method -> method.methodName().stringValue()).toList();
            assertThat(divisions).as(type.getSimpleName()).isEmpty();
        }
    }
}
