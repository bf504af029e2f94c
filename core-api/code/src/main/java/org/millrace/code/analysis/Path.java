package org.millrace.code.analysis;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr.Input;

/**
 * One way through a stage, with all that it does.
 *
 * @param decisions what must hold, in order
 * @param state     state fields written, by their input
 * @param meta      metadata fields written, by their input
 * @param calls     externs called, in order
 * @param verdict   the answer
 * @param touched   state fields read or written
 */
public record Path(List<Decision> decisions, Map<Input, Write> state, Map<Input, Write> meta, List<Call> calls,
                   Expr verdict, Set<Input> touched) {
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
     * @param extern its interface
     * @param method the method
     * @param site   where
     * @param result the input that stands for the answer, or null
     */
    public record Call(Class<?> extern, String method, Site site, Input result) {
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
