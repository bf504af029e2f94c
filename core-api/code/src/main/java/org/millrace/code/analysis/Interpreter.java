package org.millrace.code.analysis;

import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.code.Code;
import org.millrace.code.analysis.Compare.Domain;
import org.millrace.code.analysis.Expr.Const;

/** Executes bytecode over symbolic values. What it does not know it refuses by name. */
final class Interpreter {
    private static final int MAX_OPERATIONS = 512;
    private static final int MAX_ITERATIONS = 64;
    private static final int NOT_EQUAL = Compare.LT | Compare.GT;

    private final Run run;
    private final Calls calls;
    private final Map<Code, Joins> joins = new HashMap<>();

    Interpreter(Run run, Code.Library library) {
        this.run = run;
        calls = new Calls(run, library, this);
    }

    /** {@return the answer of a method run to its end, null if void} */
    Object execute(Code code, List<Object> arguments) {
        Frame frame = new Frame(code);
        int slot = 0;
        for (Object argument : arguments) {
            frame.locals[slot] = argument;
            slot += argument instanceof Expr e && e.isWide() ? 2 : 1;
        }
        run.enter(frame);
        advance(frame, code.instructions().size());
        run.leave();
        return frame.result;
    }

    /** Executes until all ways have met at an instruction, or have returned. */
    private void advance(Frame f, int join) {
        while (!f.hasReturned && f.at != join) {
            int at = f.at;
            Instruction instruction = f.code.instructions().get(at);
            if (instruction instanceof ReturnInstruction r) {
                f.result = r.typeKind() == TypeKind.VOID ? null : f.pop();
                f.hasReturned = true;
                return;
            }
            boolean mayFork = instruction instanceof BranchInstruction || instruction instanceof LookupSwitchInstruction
                || instruction instanceof TableSwitchInstruction;
            Frame before = mayFork ? f.copy() : null;
            try {
                int next = step(f, instruction);
                if (next <= at && ++f.backward > MAX_ITERATIONS) {
                    throw run.refused("loop", "a loop is unrolled if it ends after at most " + MAX_ITERATIONS
                        + " turns whatever the input");
                }
                f.at = next;
            } catch (Fork fork) {
                f.become(before);
                int meet = joins.computeIfAbsent(f.code, Joins::new).of(at);
                run.fork(f, fork.test(), () -> step(f, instruction, meet));
            }
        }
    }

    /** One way from a branch, which is now decided, to where it meets the other. */
    private void step(Frame f, Instruction branch, int meet) {
        int at = f.at;
        Frame before = f.copy();
        try {
            f.at = step(f, branch);
            if (f.at <= at && ++f.backward > MAX_ITERATIONS) {
                throw run.refused("loop", "a loop is unrolled if it ends after at most " + MAX_ITERATIONS
                    + " turns whatever the input");
            }
        } catch (Fork fork) {
            f.become(before);
            run.fork(f, fork.test(), () -> step(f, branch, meet));
        }
        advance(f, meet);
    }

    private int step(Frame f, Instruction instruction) {
        switch (instruction) {
            case BranchInstruction b -> {
                return isTaken(f, b.opcode()) ? target(f, b.target()) : f.at + 1;
            }
            case LookupSwitchInstruction s -> {
                return select(f, s.cases(), s.defaultTarget());
            }
            case TableSwitchInstruction s -> {
                return select(f, s.cases(), s.defaultTarget());
            }
            case LoadInstruction load -> f.push(run.resolve(f.locals[load.slot()]));
            case StoreInstruction store -> f.locals[store.slot()] = bounded(f.pop());
            case ConstantInstruction c -> f.push(constant(c));
            case IncrementInstruction i ->
                f.locals[i.slot()] = Exprs.add((Expr) f.locals[i.slot()], Exprs.integer(i.constant()));
            case OperatorInstruction o -> operate(f, o.opcode());
            case ConvertInstruction c -> f.push(convert(c.opcode(), f.popExpr()));
            case StackInstruction s -> shuffle(f, s.opcode());
            case InvokeInstruction call -> calls.invoke(f, call);
            case FieldInstruction field -> calls.field(f, field);
            case TypeCheckInstruction t when t.opcode() == Opcode.CHECKCAST -> {
            }
            case NopInstruction n -> {
            }
            case NewObjectInstruction n -> throw run.refused("new " + n.className().asSymbol().displayName(),
                "a stage cannot allocate");
            case ThrowInstruction t -> throw run.refused("throw", "a stage cannot throw");
            case InvokeDynamicInstruction d -> throw run.refused(
                d.name().stringValue().startsWith("makeConcat") ? "string +" : "lambda " + d.name().stringValue(),
                "a stage cannot allocate");
            default -> throw run.refused("instruction " + instruction.opcode(),
                "no operation of the machine");
        }
        return f.at + 1;
    }

    /** Expressions are trees: one that is made of itself twice a turn would grow beyond all bounds. */
    private Object bounded(Object value) {
        if (value instanceof Expr e && !(e instanceof Expr.Input) && Exprs.left(e, MAX_OPERATIONS) < 0) {
            throw run.refused("value of more than " + MAX_OPERATIONS + " operations", "a value has at most "
                + MAX_OPERATIONS + " operations");
        }
        return value;
    }

    private static int target(Frame f, Label label) {
        return f.code.labels().get(label);
    }

    private int select(Frame f, List<SwitchCase> cases, Label otherwise) {
        Expr value = f.popExpr();
        for (SwitchCase c : cases) {
            Compare is = new Compare(Domain.SIGNED, value, Exprs.integer(c.caseValue()));
            if (run.branch(is, Compare.EQ)) {
                return target(f, c.target());
            }
        }
        return target(f, otherwise);
    }

    private boolean isTaken(Frame f, Opcode opcode) {
        return switch (opcode) {
            case GOTO, GOTO_W -> true;
            case IFEQ -> run.branchZero(f.popExpr(), Compare.EQ);
            case IFNE -> run.branchZero(f.popExpr(), NOT_EQUAL);
            case IFLT -> run.branchZero(f.popExpr(), Compare.LT);
            case IFGE -> run.branchZero(f.popExpr(), Compare.GT | Compare.EQ);
            case IFGT -> run.branchZero(f.popExpr(), Compare.GT);
            case IFLE -> run.branchZero(f.popExpr(), Compare.LT | Compare.EQ);
            case IF_ICMPEQ -> compare(f, Compare.EQ);
            case IF_ICMPNE -> compare(f, NOT_EQUAL);
            case IF_ICMPLT -> compare(f, Compare.LT);
            case IF_ICMPGE -> compare(f, Compare.GT | Compare.EQ);
            case IF_ICMPGT -> compare(f, Compare.GT);
            case IF_ICMPLE -> compare(f, Compare.LT | Compare.EQ);
            case IF_ACMPEQ -> sameObject(f.pop(), f.pop());
            case IF_ACMPNE -> !sameObject(f.pop(), f.pop());
            case IFNULL -> isNull(f.pop());
            case IFNONNULL -> !isNull(f.pop());
            default -> throw run.refused("branch " + opcode, "no operation of the machine");
        };
    }

    private boolean compare(Frame f, int mask) {
        Expr right = f.popExpr();
        return run.branchInts(f.popExpr(), right, mask);
    }

    private boolean sameObject(Object a, Object b) {
        if (a instanceof Ref.Known(Object x) && b instanceof Ref.Known(Object y)) {
            return x == y;
        }
        throw run.refused("comparison of references", "no operation of the machine");
    }

    private static boolean isNull(Object a) {
        return a instanceof Ref.Known(Object x) && x == null;
    }

    private Object constant(ConstantInstruction c) {
        return switch (c.constantValue()) {
            case Integer i -> Exprs.integer(i);
            case Long l -> Exprs.wide(l);
            case String s -> new Ref.Known(s);
            case Object o when c.opcode() == Opcode.ACONST_NULL -> new Ref.Known(null);
            default -> throw run.refused("constant " + c.constantValue(), "values are integers");
        };
    }

    private void operate(Frame f, Opcode opcode) {
        switch (opcode) {
            case INEG -> f.push(Exprs.scale(f.popExpr(), -1));
            case LNEG -> f.push(Exprs.operation(Operator.LSUB, Exprs.wide(0), f.popExpr()));
            default -> {
                Expr b = f.popExpr();
                f.push(bounded(binary(opcode, (Expr) run.resolve(f.popExpr()), (Expr) run.resolve(b))));
            }
        }
    }

    private Expr binary(Opcode opcode, Expr a, Expr b) {
        return switch (opcode) {
            case IADD -> Exprs.add(a, b);
            case ISUB -> Exprs.subtract(a, b);
            case IMUL -> product(a, b);
            case IAND -> Exprs.operation(Operator.AND, a, b);
            case IOR -> Exprs.operation(Operator.OR, a, b);
            case IXOR -> Exprs.operation(Operator.XOR, a, b);
            case ISHL -> shift(Operator.SHL, a, b);
            case ISHR -> shift(Operator.SHR, a, b);
            case IUSHR -> shift(Operator.USHR, a, b);
            case LADD -> Exprs.operation(Operator.LADD, a, b);
            case LSUB -> Exprs.operation(Operator.LSUB, a, b);
            case LAND -> Exprs.operation(Operator.LAND, a, b);
            case LOR -> Exprs.operation(Operator.LOR, a, b);
            case LXOR -> Exprs.operation(Operator.LXOR, a, b);
            case LSHL -> shift(Operator.LSHL, a, b);
            case LSHR -> shift(Operator.LSHR, a, b);
            case LUSHR -> shift(Operator.LUSHR, a, b);
            case LCMP -> Exprs.operation(Operator.LCOMPARE, a, b);
            case LMUL -> throw run.refused("64-bit product of " + a.text() + " and " + b.text(), "no ALU multiplies");
            case IDIV, IREM, LDIV, LREM -> throw run.refused(
                (opcode == Opcode.IREM || opcode == Opcode.LREM ? "remainder of " : "division of ")
                    + a.text() + " by " + b.text(), "no ALU divides");
            default -> throw run.refused("instruction " + opcode, "values are integers");
        };
    }

    private Expr product(Expr a, Expr b) {
        if (a instanceof Expr.Choice(Decision.Test test, Expr yes, Expr no)) {
            return Exprs.choice(test, product(yes, b), product(no, b));
        }
        if (b instanceof Expr.Choice) {
            return product(b, a);
        }
        boolean byPower = a instanceof Const x && Long.bitCount(x.value()) <= 1
            || b instanceof Const y && Long.bitCount(y.value()) <= 1 || a instanceof Const && b instanceof Const;
        if (!byPower) {
            throw run.refused("product of " + a.text() + " and " + b.text(), "no ALU multiplies");
        }
        return Exprs.operation(Operator.MUL, a, b);
    }

    private Expr shift(Operator operator, Expr a, Expr by) {
        if (by instanceof Expr.Choice choice) {
            return Exprs.choice(choice.test(), shift(operator, a, choice.yes()), shift(operator, a, choice.no()));
        }
        if (!(by instanceof Const) && !(a instanceof Const)) {
            throw run.refused("shift of " + a.text() + " by " + by.text(), "shifts are by constants");
        }
        if (!(by instanceof Const)) {
            throw run.refused("shift by " + by.text(), "shifts are by constants");
        }
        return Exprs.operation(operator, a, by);
    }

    private Expr convert(Opcode opcode, Expr a) {
        return switch (opcode) {
            case I2L -> Exprs.operation(Operator.WIDEN, a, null);
            case L2I -> Exprs.operation(Operator.NARROW, a, null);
            case I2C -> Exprs.operation(Operator.AND, a, Exprs.integer(0xffff));
            case I2B, I2S -> {
                Expr by = Exprs.integer(opcode == Opcode.I2B ? 24 : 16);
                yield Exprs.operation(Operator.SHR, Exprs.operation(Operator.SHL, a, by), by);
            }
            default -> throw run.refused("conversion " + opcode, "values are integers");
        };
    }

    private void shuffle(Frame f, Opcode opcode) {
        switch (opcode) {
            case DUP -> f.push(f.peek(0));
            case POP -> f.pop();
            case POP2 -> {
                if (!isWide(f.pop())) {
                    f.pop();
                }
            }
            case DUP2 -> {
                if (isWide(f.peek(0))) {
                    f.push(f.peek(0));
                } else {
                    f.push(f.peek(1));
                    f.push(f.peek(1));
                }
            }
            case DUP_X1 -> {
                Object top = f.pop();
                Object below = f.pop();
                f.push(top);
                f.push(below);
                f.push(top);
            }
            case SWAP -> {
                Object top = f.pop();
                Object below = f.pop();
                f.push(top);
                f.push(below);
            }
            default -> throw run.refused("instruction " + opcode, "no operation of the machine");
        }
    }

    private static boolean isWide(Object value) {
        return value instanceof Expr e && e.isWide();
    }
}
