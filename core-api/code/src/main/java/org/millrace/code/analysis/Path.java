package org.millrace.code.analysis;

import java.util.List;
import java.util.Map;
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr.Input;

/**
 * One way through a stage, with what it does to some of the fields.
 *
 * @param decisions what must hold, in order
 * @param state     state fields written, by their input
 * @param meta      metadata fields written, by their input
 * @param verdict   the answer
 */
public record Path(List<Decision> decisions, Map<Input, Write> state, Map<Input, Write> meta, Expr verdict) {
    /**
     * A field's value at the end.
     *
     * @param value the value; the field keeps its low bits
     * @param site  where it was written
     */
    public record Write(Expr value, Site site) {
    }

    /**
     * A call of an extern.
     *
     * @param extern    its interface
     * @param method    the method
     * @param arguments what it is called with; the item and the time are left out
     * @param site      where
     * @param result    the input that stands for the answer, or null if it has none
     * @param guard     1 where it is called, 0 elsewhere
     * @param seen      fields of the item as they are when it is called; those not in it are as they were on entry
     */
    public record Call(Class<?> extern, String method, List<Expr> arguments, Site site, Input result, Expr guard,
                       Map<Input, Expr> seen) {
        Call with(List<Expr> otherArguments, Expr where, Map<Input, Expr> otherSeen) {
            return new Call(extern, method, otherArguments, site, result, where, otherSeen);
        }
    }

    /** {@return whether this path is the one taken}
     * @param env the inputs' values */
    public boolean holds(Expr.Env env) {
        for (Decision decision : decisions) {
            if (!decision.holds(env)) {
                return false;
            }
        }
        return true;
    }
}
