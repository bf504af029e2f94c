package org.millrace.api.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds the calls of {@link View}'s methods in a view's class file. The receiver of each is {@code this}, and the offset
 * is the constant behind it, so the {@code this}es that are loaded form a stack that the calls take from.
 */
final class AccessReader {
    private static final int NOT_CONSTANT = -1;

    private final Deque<int[]> receivers = new ArrayDeque<>();
    private final List<Layout.Field> accesses = new ArrayList<>();
    /** Constants since the last load of {@code this}, or more than two if something else came between. */
    private int constants = 2;

    private AccessReader() {
    }

    /**
     * A method and what it accesses.
     *
     * @param name     its name
     * @param isGetter whether it answers and takes nothing but an index
     * @param accesses its fields, without names
     */
    record Method(String name, boolean isGetter, List<Layout.Field> accesses) {
        /** {@return how well it names its fields, the best first} */
        int rank() {
            return accesses.size() != 1 ? 2 : isGetter ? 0 : 1;
        }
    }

    static List<Method> read(Class<?> type) {
        String resource = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(type.getName() + ": class file not found");
            }
            return ClassFile.of().parse(in.readAllBytes()).methods().stream().filter(method -> method.code().isPresent())
                .map(AccessReader::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(type.getName() + ": class file not readable", e);
        }
    }

    private static Method read(MethodModel method) {
        AccessReader reader = new AccessReader();
        method.code().orElseThrow().forEach(reader::element);
        String descriptor = method.methodType().stringValue();
        List<Layout.Field> distinct = reader.accesses.stream().distinct().toList();
        boolean isIndexed = distinct.size() == 1 && distinct.getFirst().length() != 1;
        return new Method(method.methodName().stringValue(), descriptor.startsWith(isIndexed ? "(I)" : "()") && !descriptor.endsWith("V"),
            distinct);
    }

    private void element(CodeElement element) {
        switch (element) {
            case LoadInstruction load when load.typeKind() == TypeKind.REFERENCE && load.slot() == 0 -> {
                receivers.push(new int[] {NOT_CONSTANT, NOT_CONSTANT});
                constants = 0;
            }
            case ConstantInstruction c when constants < 2 && c.constantValue() instanceof Integer value ->
                receivers.element()[constants++] = value;
            case InvokeInstruction call when call.opcode() == Opcode.INVOKEVIRTUAL -> call(call);
            case java.lang.classfile.Instruction other -> constants = 2;
            default -> {
            }
        }
    }

    private void call(InvokeInstruction call) {
        constants = 2;
        if (receivers.isEmpty()) {
            return;
        }
        int[] arguments = receivers.pop();
        Layout.Field field = field(call.name().stringValue(), call.type().stringValue(), arguments);
        if (field != null && arguments[0] != NOT_CONSTANT && field.length() != NOT_CONSTANT) {
            accesses.add(field);
        }
    }

    private static Layout.Field field(String name, String descriptor, int[] arguments) {
        return switch (name + descriptor) {
            case "i32(I)I", "i32(II)V", "add(II)V" -> new Layout.Field("", arguments[0], 32);
            case "i32(III)I", "i32(IIII)V" -> new Layout.Field("", arguments[0], 32, arguments[1]);
            case "u16(I)I", "u16(II)V" -> new Layout.Field("", arguments[0], 16);
            case "u8(I)I", "u8(II)V" -> new Layout.Field("", arguments[0], 8);
            default -> null;
        };
    }
}
