package org.millrace.testkit.p4.check;

import java.util.List;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.run.Place;
import org.millrace.testkit.p4.value.Type;

/**
 * An expression that was checked.
 *
 * @param constant what it is, if that is known when the text is read; else null
 * @param place    null: it cannot be assigned to
 * @param elements of a list in braces; else empty
 * @param names    of the elements, if the list names fields
 */
record Expr(Type type, Eval eval, Object constant, Place place, List<Expr> elements, List<String> names) {
    static Expr value(Type type, Eval eval) {
        return new Expr(type, eval, null, null, List.of(), List.of());
    }

    static Expr constant(Type type, Object value) {
        return new Expr(type, frame -> value, value, null, List.of(), List.of());
    }

    static Expr place(Type type, Eval eval, Place place) {
        return new Expr(type, eval, null, place, List.of(), List.of());
    }

    /** @return the same, known now if what it is made of is */
    static Expr folded(Type type, Eval eval, Expr... of) {
        for (Expr part : of) {
            if (part.constant() == null) {
                return value(type, eval);
            }
        }
        return constant(type, eval.eval(null));
    }

    Expr as(Type other) {
        return new Expr(other, eval, constant, place, elements, names);
    }
}
