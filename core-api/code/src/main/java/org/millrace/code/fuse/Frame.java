package org.millrace.code.fuse;

import java.lang.classfile.Label;
import java.lang.classfile.instruction.ReturnInstruction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.code.Code;

/** A method while it is copied into another. */
final class Frame {
    /** A place that is jumped to. */
    static final class Target {
        List<Operand> stack;
        boolean isBound;
    }

    final Code code;
    final Frame caller;
    final int base;
    final int locals;
    final int[] stores;
    final int parameters;
    /** What a local stands for, if that needs no real one. */
    final Operand[] aliases;
    final Target end = new Target();
    /** Whether what it answers is the stage's verdict. */
    final boolean isTail;
    private final Map<Label, Target> targets = new HashMap<>();
    private final Map<Integer, List<Target>> bound = new HashMap<>();

    Frame(Code code, Frame caller, int base, int parameters, boolean isTail) {
        this.isTail = isTail;
        this.code = code;
        this.caller = caller;
        this.base = base;
        this.parameters = parameters;
        locals = Types.locals(code);
        stores = Types.stores(code, locals);
        aliases = new Operand[locals];
        code.labels().forEach((label, index) -> bound.computeIfAbsent(index, fresh -> new ArrayList<>()).add(target(label)));
    }

    Target target(Label label) {
        return targets.computeIfAbsent(label, fresh -> new Target());
    }

    List<Target> boundAt(int index) {
        return bound.getOrDefault(index, List.of());
    }

    boolean isComplete() {
        return targets.values().stream().allMatch(target -> target.stack == null || target.isBound);
    }

    int slot(int local) {
        return base + local;
    }

    /** {@return whether nothing is done behind an instruction but to answer with what it has come to} */
    boolean endsWith(int at) {
        return isTail && at + 1 < code.instructions().size() && code.instructions().get(at + 1) instanceof ReturnInstruction;
    }

    boolean isRunning(Code other) {
        return code == other || caller != null && caller.isRunning(other);
    }
}
