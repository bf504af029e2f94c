package org.millrace.code.fuse;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.util.List;
import org.millrace.code.Code;

/**
 * A method of a view that does nothing but get or set one field.
 *
 * @param field which
 * @param isSet whether it sets it
 */
record Accessor(Word field, boolean isSet) {
    /**
     * A field's place.
     *
     * @param offset bytes
     * @param bits   8, 16 or 32
     */
    record Word(int offset, int bits) {
        int index() {
            return offset >> 2;
        }

        int shift() {
            return (offset & 3) << 3;
        }

        int mask() {
            return bits == 32 ? -1 : (1 << bits) - 1;
        }
    }

    /** {@return the accessor that a method is, or null} */
    static Accessor of(Code code) {
        List<Instruction> all = code.instructions();
        if (code.isStatic() || all.size() < 4 || all.size() > 5 || !isThis(all.get(0))
            || !(all.get(1) instanceof ConstantInstruction c && c.constantValue() instanceof Integer offset)
            || !(all.get(all.size() - 2) instanceof InvokeInstruction call) || call.opcode() != Opcode.INVOKEVIRTUAL
            || !(all.getLast() instanceof ReturnInstruction)) {
            return null;
        }
        boolean isSet = all.size() == 5;
        if (isSet && !(all.get(2) instanceof LoadInstruction value && value.slot() == 1)) {
            return null;
        }
        int bits = bits(call, isSet);
        return bits == 0 ? null : new Accessor(new Word(offset, bits), isSet);
    }

    private static boolean isThis(Instruction instruction) {
        return instruction instanceof LoadInstruction load && load.opcode() == Opcode.ALOAD_0;
    }

    /** {@return the width of the field that one of the base class's methods gets or sets, 0 if it is none of them} */
    static int bits(InvokeInstruction call, boolean isSet) {
        if (!call.type().equalsString(isSet ? "(II)V" : "(I)I")) {
            return 0;
        }
        return switch (call.name().stringValue()) {
            case "i32" -> 32;
            case "u16" -> 16;
            case "u8" -> 8;
            default -> 0;
        };
    }
}
