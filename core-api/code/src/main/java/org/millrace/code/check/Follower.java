package org.millrace.code.check;

import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.millrace.code.Code;

/**
 * Executes one instruction of a method. Ints keep their constants, so that a loop over constants is seen to end.
 */
final class Follower {
    private static final String NO_ALLOCATION = "a stage cannot allocate";

    private final Code code;
    private final Calls calls;
    private final List<Value> locals;
    private final OperandStack stack;
    private final List<Integer> next = new ArrayList<>();
    private final int at;
    private Value answer;

    Follower(Code code, Calls calls, Point from) {
        this.code = code;
        this.calls = calls;
        at = from.at();
        locals = new ArrayList<>(from.locals());
        stack = new OperandStack(from.stack());
    }

    /** {@return the points behind the instruction; none where the method ends} */
    List<Point> step() {
        follow(code.instructions().get(at));
        List<Value> after = Collections.unmodifiableList(locals);
        return next.stream().distinct().map(target -> new Point(target, after, stack.values())).toList();
    }

    /** {@return what the method answers if it ends here} */
    Value answer() {
        return answer;
    }

    private void follow(Instruction instruction) {
        boolean goesOn = true;
        switch (instruction) {
            case BranchInstruction branch -> goesOn = branch(branch);
            case LookupSwitchInstruction s -> goesOn = select(s.cases(), s.defaultTarget());
            case TableSwitchInstruction s -> goesOn = select(s.cases(), s.defaultTarget());
            case ReturnInstruction r -> {
                answer = r.typeKind() == TypeKind.VOID ? null : stack.pop();
                goesOn = false;
            }
            case ThrowInstruction t -> goesOn = false; // what throws is taken out when it does
            case LoadInstruction load -> stack.push(locals.get(load.slot()));
            case StoreInstruction store -> store(store.slot(), stack.pop());
            case IncrementInstruction i ->
                store(i.slot(), Arithmetic.add(locals.get(i.slot()), new Value.Int(i.constant())));
            case ConstantInstruction c -> stack.push(constant(c));
            case OperatorInstruction o -> {
                calls.arithmetic(o.opcode(), stack);
                Arithmetic.operate(o.opcode(), stack);
            }
            case ConvertInstruction c -> stack.push(Arithmetic.convert(c.toType(), stack.pop()));
            case StackInstruction s -> stack.shuffle(s.opcode());
            case InvokeInstruction call -> calls.invoke(code, call, stack);
            case FieldInstruction field -> calls.field(code, field, stack);
            case TypeCheckInstruction check -> check(check);
            case ArrayLoadInstruction load -> {
                stack.pop();
                stack.pop();
                stack.push(any(load.typeKind()));
            }
            case ArrayStoreInstruction s -> {
                calls.fault("assignment to an element of an array", "a stage changes its state and its item, nothing else");
                stack.pop(3);
            }
            case NopInstruction n -> {
            }
            default -> allocation(instruction);
        }
        if (goesOn) {
            next.add(at + 1);
        }
    }

    private void allocation(Instruction instruction) {
        switch (instruction) {
            case NewObjectInstruction n -> {
                if (!calls.isThrowable(code, n.className().asInternalName())) {
                    calls.fault("new " + n.className().asSymbol().displayName(), NO_ALLOCATION);
                }
                stack.push(Value.UNKNOWN);
            }
            case NewPrimitiveArrayInstruction n -> newArray(1);
            case NewReferenceArrayInstruction n -> newArray(1);
            case NewMultiArrayInstruction n -> newArray(n.dimensions());
            case InvokeDynamicInstruction d -> {
                boolean isText = d.name().stringValue().startsWith("makeConcat");
                calls.fault(isText ? "string +" : "lambda or other dynamic call " + d.name().stringValue(), NO_ALLOCATION);
                stack.pop(d.typeSymbol().parameterCount());
                stack.push(Value.UNKNOWN);
            }
            default -> {
                calls.fault("instruction " + instruction.opcode(), "a stage locks nothing and does arithmetic only");
                stack.pop(instruction.opcode() == Opcode.MONITORENTER || instruction.opcode() == Opcode.MONITOREXIT ? 1 : 0);
            }
        }
    }

    private void newArray(int dimensions) {
        calls.fault("new array", NO_ALLOCATION);
        stack.pop(dimensions);
        stack.push(Value.UNKNOWN);
    }

    private void store(int slot, Value value) {
        while (locals.size() <= slot) {
            locals.add(null);
        }
        locals.set(slot, value);
    }

    private static Value constant(ConstantInstruction c) {
        return switch (c.constantValue()) {
            case Integer i -> new Value.Int(i);
            case Long l -> new Value.Wide(l);
            case Float f -> Value.INT;
            case Double d -> Value.WIDE;
            case Object o when c.opcode() == Opcode.ACONST_NULL -> new Value.Known(null);
            default -> Value.UNKNOWN;
        };
    }

    private static Value any(TypeKind kind) {
        return switch (kind) {
            case REFERENCE -> Value.UNKNOWN;
            case LONG, DOUBLE -> Value.WIDE;
            default -> Value.INT;
        };
    }

    private void check(TypeCheckInstruction check) {
        Value value = stack.pop();
        if (check.opcode() != Opcode.CHECKCAST) {
            stack.push(Value.INT);
            return;
        }
        if (value instanceof Value.View view && !calls.load(code, check.type().asInternalName()).isAssignableFrom(view.type())) {
            calls.fault((view.isState() ? "its state" : "the metadata") + " taken for " + check.type().asSymbol().displayName(),
                "a stage reads the state that its spec makes, and the metadata of its type");
        }
        stack.push(value);
    }

    private void go(Label label) {
        next.add(code.labels().get(label));
    }

    private boolean branch(BranchInstruction branch) {
        Boolean taken = Arithmetic.isTaken(branch.opcode(), stack);
        if (taken == null || taken) {
            go(branch.target());
        }
        return taken == null || !taken;
    }

    private boolean select(List<SwitchCase> cases, Label otherwise) {
        Value value = stack.pop();
        if (value instanceof Value.Int(Integer constant) && constant != null) {
            go(cases.stream().filter(c -> c.caseValue() == constant).map(SwitchCase::target).findFirst().orElse(otherwise));
        } else {
            cases.forEach(c -> go(c.target()));
            go(otherwise);
        }
        return false;
    }
}
