package org.millrace.code.check;

import java.util.ArrayList;
import java.util.List;

/**
 * A place in a method and what is known there.
 *
 * @param at     the next instruction
 * @param locals by slot; null: none
 * @param stack  the top last
 */
record Point(int at, List<Value> locals, List<Value> stack) {
    /** {@return the point without constants} */
    Point widened() {
        List<Value> wide = new ArrayList<>();
        locals.forEach(value -> wide.add(value == null ? null : value.widened()));
        return new Point(at, wide, stack.stream().map(Value::widened).toList());
    }
}
