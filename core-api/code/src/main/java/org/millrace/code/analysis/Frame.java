package org.millrace.code.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.millrace.code.Code;
import org.millrace.code.Site;

/** A method being executed: locals, stack and place. Elements are {@link Expr} or {@link Ref}. */
final class Frame {
    final Code code;
    final Object[] locals = new Object[256];
    private List<Object> stack = new ArrayList<>();
    int at;
    int backward;
    boolean hasReturned;
    Object result;

    Frame(Code code) {
        this.code = code;
    }

    Site site() {
        return code.site(at);
    }

    void push(Object value) {
        stack.add(value);
    }

    Object pop() {
        return stack.removeLast();
    }

    Expr popExpr() {
        return (Expr) pop();
    }

    Object peek(int depth) {
        return stack.get(stack.size() - 1 - depth);
    }

    /** {@return it as it is now} */
    Frame copy() {
        Frame copy = new Frame(code);
        copy.become(this);
        return copy;
    }

    /** Takes on what another frame of the same method holds. */
    void become(Frame other) {
        System.arraycopy(other.locals, 0, locals, 0, locals.length);
        stack = new ArrayList<>(other.stack);
        at = other.at;
        backward = other.backward;
        hasReturned = other.hasReturned;
        result = other.result;
    }

    /** Holds what this frame or another does, as a test says. */
    void merge(Decision.Test test, Frame no) {
        for (int i = 0; i < locals.length; i++) {
            locals[i] = either(test, locals[i], no.locals[i]);
        }
        for (int i = 0; i < stack.size(); i++) {
            stack.set(i, either(test, stack.get(i), no.stack.get(i)));
        }
        result = either(test, result, no.result);
        backward = Math.max(backward, no.backward);
    }

    private static Object either(Decision.Test test, Object yes, Object no) {
        return yes instanceof Expr a && no instanceof Expr b ? Exprs.choice(test, a, b)
            : Objects.equals(yes, no) ? yes : null;
    }
}
