package org.millrace.code.fuse;

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
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.api.pipeline.Verdict;
import org.millrace.code.Code;

/**
 * Copies a stage's {@code process} into a draft, and with it whatever it calls of its own. It executes the code without
 * values but for those that are known: the metadata, the state, objects in final fields, constants. Branches that these
 * decide are not copied.
 */
final class Copier {
    private static final int DEEPEST = 16;
    /** Instructions of a method that is copied wherever it is called, although it is the last thing its caller does. */
    private static final int SHORT = 12;

    private final Draft draft;
    private final Stack stack;
    private final Calls calls;
    private final FusedWriter.Joint joint;
    /** Methods that stages end with, each copied once and jumped to; in the order in which they will stand. */
    private final Map<Tail, Frame.Target> tails = new LinkedHashMap<>();
    private final Deque<Tail> waiting = new ArrayDeque<>();
    private boolean isReachable = true;
    private int inlinings;

    /**
     * @param joint where the stage leads to
     */
    Copier(Draft draft, StagePlace place, Class<?> meta, int workflow, Code.Library library,
           FusedWriter.Joint joint) {
        this.draft = draft;
        this.joint = joint;
        stack = new Stack(draft);
        calls = new Calls(draft, stack, place, meta, workflow, library, this::inline);
    }

    /** Copies it all. */
    void copy(Code process) throws NotCopiedException {
        Frame frame = new Frame(process, null, draft.firstFrame(), 5, true);
        frame.aliases[0] = calls.stage();
        frame.aliases[1] = Operand.META;
        frame.aliases[2] = Operand.STATE;
        draft.add(out -> out.code.lload(Draft.NOW).lstore(frame.slot(3)));
        run(frame);
        while (!waiting.isEmpty()) {
            Tail tail = waiting.remove();
            Frame last = new Frame(tail.code, null, draft.firstFrame(), tail.slots, true);
            for (int slot = 0; slot < tail.slots; slot++) {
                last.aliases[slot] = tail.aliases.get(slot);
                if (last.aliases[slot] != null && last.stores[slot] != 0) {
                    throw stuck(last, 0, "assigns a parameter that is not a number");
                }
            }
            bind(last, tails.get(tail), 0);
            run(last);
        }
    }

    /**
     * A method that is the last thing a stage does.
     *
     * @param code    the method
     * @param slots   of its parameters
     * @param aliases what parameters stand for that are not numbers
     */
    private record Tail(Code code, int slots, List<Operand> aliases) {
    }

    /** Jumps to a method in place of a call of it: nobody comes back. */
    private void end(Frame caller, Code code, List<Operand> arguments, int slots, int at) throws NotCopiedException {
        Operand[] aliases = new Operand[slots];
        int slot = slots;
        for (Operand argument : arguments.reversed()) {
            if (argument instanceof Operand.Real real) {
                slot -= real.kind().slotSize();
                int to = draft.firstFrame() + slot;
                draft.add(out -> out.code.storeLocal(real.kind(), to));
            } else {
                aliases[--slot] = argument;
            }
        }
        Tail tail = new Tail(code, slots, Arrays.asList(aliases));
        if (!tails.containsKey(tail)) {
            tails.put(tail, new Frame.Target());
            waiting.add(tail);
        }
        jump(caller, tails.get(tail), Opcode.GOTO, at);
        isReachable = false;
    }

    /** Copies a method whose receiver and arguments have been taken from the stack, in place of a call of it. */
    private void inline(Frame caller, Code code, List<Operand> arguments, int at) throws NotCopiedException {
        if (code.catches()) {
            throw stuck(caller, at, "calls " + code + ", which catches exceptions");
        }
        if (caller.isRunning(code) || depth(caller) > DEEPEST) {
            throw stuck(caller, at, "calls " + code + " within itself or too deep");
        }
        int slots = arguments.stream().mapToInt(a -> a instanceof Operand.Real real && real.isWide() ? 2 : 1).sum();
        boolean isTail = caller.endsWith(at);
        if (isTail && code.instructions().size() > SHORT) {
            end(caller, code, arguments, slots, at);
            return;
        }
        Frame frame = new Frame(code, caller, caller.base + caller.locals, slots, isTail);
        int slot = slots;
        for (Operand argument : arguments.reversed()) {
            slot -= argument instanceof Operand.Real real && real.isWide() ? 2 : 1;
            boolean isFinal = slot >= frame.stores.length || frame.stores[slot] == 0;
            if (argument instanceof Operand.Real real && (real.constant() == null || !isFinal)) {
                int to = frame.slot(slot);
                draft.add(out -> out.code.storeLocal(real.kind(), to));
            } else if (!isFinal) {
                throw stuck(frame, 0, "assigns a parameter that is not a number");
            } else {
                stack.drop(argument);
                frame.aliases[slot] = argument;
            }
        }
        inlinings++;
        run(frame);
    }

    private static int depth(Frame frame) {
        return frame == null ? 0 : 1 + depth(frame.caller);
    }

    private void run(Frame frame) throws NotCopiedException {
        draft.reserve(frame.base + frame.locals);
        List<Instruction> all = frame.code.instructions();
        int line = 0;
        for (int at = 0; at < all.size(); at++) {
            for (Frame.Target target : frame.boundAt(at)) {
                bind(frame, target, at);
            }
            if (isReachable) {
                if (frame.code.lines().get(at) != line) {
                    line = frame.code.lines().get(at);
                    line(frame.code.owner(), line);
                }
                int inlined = inlinings;
                try {
                    step(frame, all.get(at), at);
                } catch (ClassCastException e) {
                    throw stuck(frame, at, "computes with a view or an object");
                }
                line = inlined == inlinings ? line : 0;
            }
        }
        if (!frame.isComplete()) {
            throw stuck(frame, 0, "jumps back to where it has not been");
        }
        if (frame.caller != null && frame.end.stack != null) {
            bind(frame, frame.end, all.size());
        }
    }

    private void line(Class<?> owner, int line) {
        int number = draft.shared.lines.number(owner, line);
        if (number != 0) {
            draft.add(out -> out.code.lineNumber(number));
        }
    }

    static NotCopiedException stuck(Frame frame, int at, String what) {
        return new NotCopiedException(frame.code.site(at), what);
    }

    private void bind(Frame frame, Frame.Target target, int at) throws NotCopiedException {
        if (target.stack == null && !isReachable) {
            return;
        }
        if (isReachable) {
            join(frame, target, at);
        }
        stack.set(target.stack);
        isReachable = true;
        target.isBound = true;
        draft.add(out -> out.code.labelBinding(out.label(target)));
    }

    private void join(Frame frame, Frame.Target target, int at) throws NotCopiedException {
        List<Operand> here = stack.unknown();
        if (target.stack == null) {
            target.stack = here;
        } else if (!target.stack.equals(here)) {
            throw stuck(frame, at, "chooses between views or objects");
        }
    }

    private void jump(Frame frame, Frame.Target target, Opcode opcode, int at) throws NotCopiedException {
        join(frame, target, at);
        draft.add(out -> out.code.branch(opcode, out.label(target)));
    }

    private void step(Frame frame, Instruction instruction, int at) throws NotCopiedException {
        switch (instruction) {
            case LoadInstruction load -> load(frame, load);
            case StoreInstruction store -> store(frame, store, at);
            case ConstantInstruction constant -> stack.constant(constant);
            case IncrementInstruction i -> draft.add(out -> out.code.iinc(frame.slot(i.slot()), i.constant()));
            case OperatorInstruction operator -> stack.operate(operator);
            case ConvertInstruction convert -> stack.convert(convert);
            case BranchInstruction branch -> branch(frame, branch, at);
            case LookupSwitchInstruction choice -> choose(frame, choice.defaultTarget(), choice.cases(), at);
            case TableSwitchInstruction choice -> choose(frame, choice.defaultTarget(), choice.cases(), at);
            case ReturnInstruction back -> back(frame, back, at);
            case FieldInstruction field -> calls.field(frame, field, at);
            case InvokeInstruction call -> calls.call(frame, call, at);
            case StackInstruction move -> {
                if (!stack.move(move)) {
                    throw stuck(frame, at, "moves on the stack what is not there");
                }
            }
            case TypeCheckInstruction check -> calls.check(frame, check, at);
            case ArrayLoadInstruction load -> {
                stack.popReal(2);
                draft.add(out -> out.code.arrayLoad(load.typeKind()));
                stack.push(new Operand.Real(load.typeKind().asLoadable()));
            }
            case ArrayStoreInstruction store -> {
                stack.popReal(3);
                draft.add(out -> out.code.arrayStore(store.typeKind()));
            }
            case NopInstruction nop -> {
            }
            default -> throw stuck(frame, at, "does what is not copied: " + instruction.opcode().name().toLowerCase(Locale.ROOT));
        }
    }

    private void load(Frame frame, LoadInstruction load) {
        Operand alias = frame.aliases[load.slot()];
        if (alias instanceof Operand.Real real) {
            stack.push(real.kind(), real.constant());
        } else if (alias != null) {
            stack.push(alias);
        } else {
            draft.add(out -> out.code.loadLocal(load.typeKind(), frame.slot(load.slot())));
            stack.push(new Operand.Real(load.typeKind()));
        }
    }

    private void store(Frame frame, StoreInstruction store, int at) throws NotCopiedException {
        Operand value = stack.pop();
        boolean isOnly = store.slot() >= frame.parameters && frame.stores[store.slot()] == 1;
        if (value instanceof Operand.Real real && (real.constant() == null || !isOnly)) {
            frame.aliases[store.slot()] = null;
            draft.add(out -> out.code.storeLocal(store.typeKind(), frame.slot(store.slot())));
        } else if (isOnly) {
            stack.drop(value);
            frame.aliases[store.slot()] = value;
        } else {
            throw stuck(frame, at, "keeps a view or an object in a variable that changes");
        }
    }

    private void branch(Frame frame, BranchInstruction branch, int at) throws NotCopiedException {
        Opcode opcode = branch.opcode();
        Frame.Target target = frame.target(branch.target());
        if (opcode == Opcode.GOTO || opcode == Opcode.GOTO_W) {
            jump(frame, target, Opcode.GOTO, at);
            isReachable = false;
            return;
        }
        int count = Constants.operands(opcode);
        Operand second = count == 2 ? stack.pop() : null;
        Operand first = stack.pop();
        Boolean decided = Constants.decide(opcode, first, second);
        if (decided != null) {
            if (second != null) {
                stack.drop(second);
            }
            stack.drop(first);
            if (decided) {
                jump(frame, target, Opcode.GOTO, at);
                isReachable = false;
            }
        } else if (!first.isReal() || second != null && !second.isReal()) {
            throw stuck(frame, at, "compares views or objects");
        } else {
            jump(frame, target, opcode, at);
        }
    }

    private void choose(Frame frame, Label otherwise, List<SwitchCase> cases, int at) throws NotCopiedException {
        Operand.Real key = stack.popReal();
        if (key.constant() != null) {
            stack.drop(key);
            int value = key.constant().intValue();
            Label to = cases.stream().filter(one -> one.caseValue() == value).map(SwitchCase::target).findFirst().orElse(otherwise);
            jump(frame, frame.target(to), Opcode.GOTO, at);
        } else {
            List<Frame.Target> targets = new ArrayList<>();
            for (SwitchCase one : cases) {
                targets.add(frame.target(one.target()));
                join(frame, targets.getLast(), at);
            }
            join(frame, frame.target(otherwise), at);
            draft.add(out -> {
                List<SwitchCase> copies = new ArrayList<>();
                for (int i = 0; i < targets.size(); i++) {
                    copies.add(SwitchCase.of(cases.get(i).caseValue(), out.label(targets.get(i))));
                }
                out.code.lookupswitch(out.label(frame.target(otherwise)), copies);
            });
        }
        isReachable = false;
    }

    private void back(Frame frame, ReturnInstruction back, int at) throws NotCopiedException {
        if (frame.isTail) {
            verdict(stack.popReal());
            isReachable = false;
            return;
        }
        boolean isLast = at == frame.code.instructions().size() - 1;
        if (isLast && frame.end.stack == null) {
            return; // the only way out: what is known stays known
        }
        if (back.typeKind() != TypeKind.VOID && stack.peek() instanceof Operand.Known) {
            throw stuck(frame, at, "answers one of several objects");
        }
        jump(frame, frame.end, Opcode.GOTO, at);
        isReachable = false;
    }

    private void verdict(Operand.Real verdict) {
        boolean isNext = verdict.constant() != null && verdict.constant().longValue() == Verdict.NEXT;
        if (isNext) {
            stack.drop(verdict);
        } else {
            draft.add(out -> out.code.lstore(Draft.VERDICT));
        }
        draft.add(out -> out.code.goto_(out.label(isNext ? joint.next() : joint.behind())));
    }
}
