package org.millrace.code.check;

import java.lang.classfile.Opcode;
import java.util.ArrayList;
import java.util.List;

/** A method's operands; a long is one of them. */
final class OperandStack {
    private final List<Value> values;

    OperandStack(List<Value> values) {
        this.values = new ArrayList<>(values);
    }

    List<Value> values() {
        return List.copyOf(values);
    }

    void push(Value value) {
        values.add(value == null ? Value.UNKNOWN : value);
    }

    Value top() {
        return values.getLast();
    }

    Value pop() {
        return values.removeLast();
    }

    void pop(int count) {
        for (int i = 0; i < count; i++) {
            pop();
        }
    }

    /** JVMS §6.5: a form with 2 takes one long or two others. */
    void shuffle(Opcode opcode) {
        switch (opcode) {
            case POP -> pop();
            case POP2 -> pop(isWide(0) ? 1 : 2);
            case DUP -> copy(1, 0);
            case DUP_X1 -> copy(1, 1);
            case DUP_X2 -> copy(1, isWide(1) ? 1 : 2);
            case DUP2 -> copy(isWide(0) ? 1 : 2, 0);
            case DUP2_X1 -> copy(isWide(0) ? 1 : 2, 1);
            case DUP2_X2 -> {
                int count = isWide(0) ? 1 : 2;
                copy(count, isWide(count) ? 1 : 2);
            }
            case SWAP -> values.add(values.size() - 1, pop());
            default -> throw new IllegalStateException("no shuffle of the stack: " + opcode);
        }
    }

    private boolean isWide(int depth) {
        return values.get(values.size() - 1 - depth).isWide();
    }

    /** Copies the topmost operands below some others. */
    private void copy(int count, int below) {
        int top = values.size() - count;
        values.addAll(top - below, List.copyOf(values.subList(top, values.size())));
    }
}
