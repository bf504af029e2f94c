package org.millrace.code.count;

import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.Set;
import org.millrace.code.Code;

/**
 * What counts as an operation of a register machine: arithmetic, a branch, a call, an access of a field. Moves between locals
 * and the operand stack are registers, and count nothing.
 */
final class Operations {
    private static final int ACCESS = 2;
    /** What a view's accessors call. */
    private static final Set<String> ACCESSES = Set.of("i32", "u16", "u8", "add");
    private static final int LIBRARY = 2;
    private static final int MULTIPLY = 5;
    private static final int DIVIDE_BY_CONSTANT = 8;

    private Operations() {
    }

    /** {@return operations of an instruction; a call's are those of calling} */
    static int of(Instruction instruction) {
        return switch (instruction) {
            case OperatorInstruction o -> switch (o.opcode()) {
                case IMUL, LMUL -> MULTIPLY;
                case IDIV, IREM, LDIV, LREM -> DIVIDE_BY_CONSTANT;
                default -> 1;
            };
            case BranchInstruction b -> 1;
            case TableSwitchInstruction s -> 3;
            case LookupSwitchInstruction s -> 1 + s.cases().size();
            case IncrementInstruction i -> 1;
            case ReturnInstruction r -> 1;
            case InvokeInstruction call -> 1;
            case FieldInstruction field -> 1;
            case ConvertInstruction c -> switch (c.opcode()) {
                case I2B, I2C, I2S -> 1;
                default -> 0;
            };
            default -> 0;
        };
    }

    /** {@return operations of a method that is called as it is: of an accessor its accesses, of others all that stands there} */
    static int ofUncopied(Code code) {
        int accesses = (int) code.instructions().stream().filter(i -> i instanceof InvokeInstruction call
            && ACCESSES.contains(call.name().stringValue())).count();
        return accesses > 0 ? ACCESS * accesses : code.instructions().stream().mapToInt(Operations::of).sum();
    }

    /** {@return operations of a call of the Java library} */
    static int ofLibrary() {
        return LIBRARY;
    }
}
