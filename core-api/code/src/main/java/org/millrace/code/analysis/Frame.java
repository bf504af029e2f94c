package org.millrace.code.analysis;

import java.util.ArrayList;
import java.util.List;
import org.millrace.code.Code;
import org.millrace.code.Site;

/** A method being executed: locals, stack and place. Elements are {@link Expr} or {@link Ref}. */
final class Frame {
    final Code code;
    final Object[] locals = new Object[256];
    private final List<Object> stack = new ArrayList<>();
    int at;
    int backward;

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
        return (Expr) stack.removeLast();
    }

    Object peek(int depth) {
        return stack.get(stack.size() - 1 - depth);
    }
}
