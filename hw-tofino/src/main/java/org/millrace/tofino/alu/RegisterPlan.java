package org.millrace.tofino.alu;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.Violation;

/**
 * A register and all accesses to it.
 *
 * @param fields       its state, lo first; empty if it is no register
 * @param instructions what its ALU can do
 * @param selections   when it does that, by stage class
 * @param assumptions  what saturating subtraction takes to be 0 to 2<sup>31</sup>-1
 * @param violations   why it does not fit; empty if it does
 */
public record RegisterPlan(List<Input> fields, List<Instruction> instructions,
                           Map<Class<?>, List<Selection>> selections, Set<Expr> assumptions,
                           List<Violation> violations) {
}
