package org.millrace.code.fuse;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.code.Code;

/**
 * Which fields of the metadata a method outside of the stages reads and writes, by its code and that of whatever it hands
 * the metadata to. Where that cannot be seen, all.
 */
final class FieldUse {
    private final Code.Library library;
    private final Class<?> meta;
    private final Set<Code> seen = new HashSet<>();
    private final Set<Accessor.Word> reads = new HashSet<>();
    private final Set<Accessor.Word> writes = new HashSet<>();
    private boolean all;

    private FieldUse(Code.Library library, Class<?> meta) {
        this.library = library;
        this.meta = meta;
    }

    /**
     * {@return what a method uses}
     *
     * @param library    finds code
     * @param meta       the metadata's class
     * @param receiver   whose method; null: nobody knows
     * @param name       the method
     * @param descriptor its type; null: the first one of that name
     */
    static FieldUse of(Code.Library library, Class<?> meta, Object receiver, String name, String descriptor) {
        FieldUse use = new FieldUse(library, meta);
        use.enter(receiver == null ? null : receiver.getClass(), name, descriptor);
        return use;
    }

    boolean reads(Accessor.Word field) {
        return all || reads.contains(field);
    }

    boolean writes(Accessor.Word field) {
        return all || writes.contains(field);
    }

    private void enter(Class<?> type, String name, String descriptor) {
        Code code = type == null ? null : Types.code(library, type, name, descriptor);
        if (code == null) {
            all = true;
        } else if (seen.add(code)) {
            code.instructions().forEach(instruction -> visit(code, instruction));
        }
    }

    private void visit(Code code, Instruction instruction) {
        switch (instruction) {
            case InvokeInstruction call -> call(code, call);
            case InvokeDynamicInstruction call -> all |= call.typeSymbol().parameterList().stream().anyMatch(type -> isMeta(code, type));
            case FieldInstruction field -> all |= isMeta(code, field.typeSymbol())
                || field.owner().asInternalName().equals("org/millrace/api/pipeline/View");
            default -> {
            }
        }
    }

    private void call(Code code, InvokeInstruction call) {
        Class<?> owner = Types.load(code.owner(), call.owner().asSymbol());
        String name = call.name().stringValue();
        String type = call.type().stringValue();
        if (owner != null && SegmentMeta.class.isAssignableFrom(owner)) {
            accessor(name, type);
        } else if (call.typeSymbol().parameterList().stream().anyMatch(parameter -> isMeta(code, parameter))) {
            if (owner == null || isOpen(owner, call)) {
                all = true;
            } else {
                enter(owner, name, type);
            }
        }
    }

    private static boolean isOpen(Class<?> owner, InvokeInstruction call) {
        return call.opcode() == Opcode.INVOKEINTERFACE
            || call.opcode() == Opcode.INVOKEVIRTUAL && !Modifier.isFinal(owner.getModifiers());
    }

    private void accessor(String name, String type) {
        Code code = library.find(meta, name, type);
        Accessor accessor = code == null ? null : Accessor.of(code);
        if (accessor == null) {
            all |= code == null || !name.equals("<init>");
        } else if (accessor.isSet()) {
            writes.add(accessor.field());
        } else {
            reads.add(accessor.field());
        }
    }

    /** Whoever takes any object may take the metadata. */
    private boolean isMeta(Code code, ClassDesc type) {
        Class<?> loaded = type.isPrimitive() || type.isArray() ? null : Types.load(code.owner(), type);
        return loaded != null && (loaded.isAssignableFrom(meta) || SegmentMeta.class.isAssignableFrom(loaded));
    }
}
