package org.millrace.code.fuse;

import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.constant.ConstantDesc;
import java.util.ArrayList;
import java.util.List;

/** The operand stack while code is copied, and the operations that change nothing else. */
final class Stack {
    private final Draft draft;
    private List<Operand> operands = new ArrayList<>();

    Stack(Draft draft) {
        this.draft = draft;
    }

    void set(List<Operand> as) {
        operands = new ArrayList<>(as);
    }

    /** {@return what is there, constants forgotten} */
    List<Operand> unknown() {
        List<Operand> all = new ArrayList<>();
        operands.forEach(operand -> all.add(operand instanceof Operand.Real real ? new Operand.Real(real.kind()) : operand));
        return all;
    }

    void push(Operand operand) {
        operands.add(operand);
    }

    /** Pushes a constant, on the real stack too. */
    void push(TypeKind kind, Number constant) {
        int op = draft.add(out -> out.code.loadConstant((ConstantDesc) constant));
        operands.add(new Operand.Real(kind, constant, op));
    }

    Operand pop() {
        return operands.removeLast();
    }

    Operand peek() {
        return operands.getLast();
    }

    List<Operand> pop(int count) {
        List<Operand> top = operands.subList(operands.size() - count, operands.size());
        List<Operand> taken = List.copyOf(top);
        top.clear();
        return taken;
    }

    Operand.Real popReal() {
        return (Operand.Real) pop();
    }

    void popReal(int count) {
        for (int i = 0; i < count; i++) {
            popReal();
        }
    }

    /** What was on top, and has been popped, is not needed: it leaves the real stack too. */
    void drop(Operand operand) {
        if (!(operand instanceof Operand.Real real)) {
            return;
        }
        if (real.constant() != null && real.op() == draft.size() - 1) {
            draft.cut(real.op());
        } else if (real.isWide()) {
            draft.add(out -> out.code.pop2());
        } else {
            draft.add(out -> out.code.pop());
        }
    }

    void constant(ConstantInstruction instruction) {
        ConstantDesc value = instruction.constantValue();
        if (instruction.opcode() == Opcode.ACONST_NULL) {
            push(new Operand.Known(null, true));
        } else if (value instanceof Number number) {
            push(instruction.typeKind(), number);
        } else {
            draft.add(out -> out.code.loadConstant(value));
            push(new Operand.Real(TypeKind.REFERENCE));
        }
    }

    void operate(OperatorInstruction instruction) {
        Opcode opcode = instruction.opcode();
        TypeKind kind = result(opcode, instruction.typeKind());
        boolean isUnary = switch (opcode) {
            case INEG, LNEG, FNEG, DNEG, ARRAYLENGTH -> true;
            default -> false;
        };
        Operand.Real second = isUnary ? null : popReal();
        Operand.Real first = popReal();
        if (second != null && first.constant() != null && second.constant() != null
            && second.op() == draft.size() - 1 && first.op() == draft.size() - 2) {
            Number known = Constants.operate(opcode, first.constant(), second.constant());
            if (known != null) {
                drop(second);
                drop(first);
                push(kind, known);
                return;
            }
        }
        draft.add(out -> out.code.with(instruction));
        push(new Operand.Real(kind));
    }

    private static TypeKind result(Opcode opcode, TypeKind operand) {
        return switch (opcode) {
            case LCMP, FCMPL, FCMPG, DCMPL, DCMPG, ARRAYLENGTH -> TypeKind.INT;
            default -> operand;
        };
    }

    void convert(ConvertInstruction instruction) {
        Operand.Real from = popReal();
        boolean isWidening = instruction.opcode() == Opcode.I2L;
        if (isWidening && from.constant() != null && from.op() == draft.size() - 1) {
            drop(from);
            push(TypeKind.LONG, from.constant().longValue());
            return;
        }
        draft.add(out -> out.code.with(instruction));
        push(new Operand.Real(instruction.toType().asLoadable()));
    }

    /** Answers false if it cannot be done. */
    boolean move(StackInstruction instruction) {
        switch (instruction.opcode()) {
            case POP -> drop(pop());
            case POP2 -> {
                Operand top = pop();
                drop(top);
                if (!(top instanceof Operand.Real real && real.isWide())) {
                    drop(pop());
                }
            }
            case DUP -> {
                Operand top = pop();
                if (top instanceof Operand.Real real) {
                    draft.add(out -> out.code.dup());
                    push(new Operand.Real(real.kind()));
                    push(new Operand.Real(real.kind()));
                } else {
                    push(top);
                    push(top);
                }
            }
            case DUP2 -> {
                return dup2();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean dup2() {
        if (!(pop() instanceof Operand.Real top)) {
            return false;
        }
        if (top.isWide()) {
            draft.add(out -> out.code.dup2());
            push(new Operand.Real(top.kind()));
            push(new Operand.Real(top.kind()));
            return true;
        }
        if (!(pop() instanceof Operand.Real below)) {
            return false;
        }
        draft.add(out -> out.code.dup2());
        for (int i = 0; i < 2; i++) {
            push(new Operand.Real(below.kind()));
            push(new Operand.Real(top.kind()));
        }
        return true;
    }
}
