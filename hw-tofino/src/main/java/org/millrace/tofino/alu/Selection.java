package org.millrace.tofino.alu;

import java.util.List;
import java.util.Map;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;

/**
 * What gateways select: for these answers on the metadata, an instruction with these operands, and what follows.
 *
 * @param gateways    answers that lead here
 * @param operands    value of each operand slot, free of state
 * @param compares    comparators as this selection numbers them
 * @param effects     by row of {@code compares}; null if that row cannot be
 * @param instruction index in the plan, −1 if the register is not accessed
 */
public record Selection(Map<Decision.Test, Boolean> gateways, List<Expr> operands, List<CompareUnit> compares,
                        List<Effect> effects, int instruction) {
    /** {@return whether the gateways lead here}
     * @param env the metadata */
    public boolean isSelected(Expr.Env env) {
        return gateways.entrySet().stream().allMatch(e -> e.getKey().holds(env) == e.getValue());
    }

    Selection with(List<Expr> otherOperands, List<CompareUnit> otherCompares, int index) {
        return new Selection(gateways, otherOperands, otherCompares, effects, index);
    }

    /**
     * What one row does to the packet: expressions over the metadata and the output words, which stand as inputs.
     *
     * @param meta    fields written
     * @param verdict the answer
     */
    public record Effect(Map<Expr.Input, Expr> meta, Expr verdict) {
    }
}
