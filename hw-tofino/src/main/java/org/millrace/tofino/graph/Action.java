package org.millrace.tofino.graph;

import java.util.List;
import java.util.Optional;
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.tofino.alu.CompareUnit;

/**
 * What a case does, all at once: every value is of the fields as they were.
 *
 * @param assignments fields written; a value is a field, a constant, or one operation on two of them, and may read what
 *                    {@link #register} gives
 * @param register    the access to the table's register
 * @param calls       externs called
 * @param verdict     the stage's word on the item, or null; see {@link org.millrace.api.pipeline.Verdict}
 * @param site        the line it comes from
 */
public record Action(List<Assignment> assignments, Optional<Access> register, List<Call> calls, Expr verdict, Site site) {
    /**
     * A field gets a value; it keeps the low bits.
     *
     * @param target the field, of {@link Expr.Source#META}
     * @param value  its value
     */
    public record Assignment(Input target, Expr value) {
    }

    /**
     * One access to a register. Its output words stand in values as inputs of {@link Expr.Source#RESULT} named
     * {@code old-lo}, {@code old-hi}, {@code new-lo} and {@code new-hi}; {@code row} is the number that the answers of
     * {@link #compares} make, the first the lowest bit.
     *
     * @param instruction index in the plan's instructions, −1: the register is left alone
     * @param operands    fields or constants in the two operands, lo and hi
     * @param compares    comparators by whose answers rows are told apart
     * @param rows        what else is written in each row, by the predicate; null: a row that cannot be
     */
    public record Access(int instruction, List<Expr> operands, List<CompareUnit> compares, List<Row> rows) {
    }

    /**
     * What the predicate decides in the register's own physical stage.
     *
     * @param assignments constants that fields get
     * @param verdict     the verdict, or null
     */
    public record Row(List<Assignment> assignments, Expr verdict) {
    }

    /**
     * A call of an extern.
     *
     * @param extern    its interface
     * @param method    the method
     * @param arguments what it is called with, fields and constants; the item and the time are left out
     * @param result    field that gets the answer, or null
     * @param isAtEnd   whether the deparser makes the message of the item's fields as they are at the end of the pass, which
     *                  is as the call's stage has left them; else they are copied when the call is made
     */
    public record Call(Class<?> extern, String method, List<Expr> arguments, Input result, boolean isAtEnd) {
    }
}
