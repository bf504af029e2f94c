package org.millrace.testkit.p4.check;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.run.Exec;
import org.millrace.testkit.p4.run.Exit;
import org.millrace.testkit.p4.run.Place;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks statements (§11). */
final class Statements {
    private final Unit unit;

    Statements(Unit unit) {
        this.unit = unit;
    }

    Exec block(P4Parser.BlockContext text, Scope scope) {
        return all(text.statement(), scope.block());
    }

    Exec all(List<P4Parser.StatementContext> texts, Scope scope) {
        List<Exec> list = new ArrayList<>();
        texts.forEach(text -> unit.part(() -> list.add(check(text, scope))));
        Exec[] statements = list.toArray(Exec[]::new);
        return frame -> {
            for (Exec statement : statements) {
                if (statement.exec(frame) == Exec.Then.RETURN) {
                    return Exec.Then.RETURN;
                }
            }
            return Exec.Then.NEXT;
        };
    }

    private Exec check(P4Parser.StatementContext text, Scope scope) {
        return switch (text) {
            case P4Parser.ConstantStatementContext c -> {
                constant(c.constant(), scope);
                yield nothing();
            }
            case P4Parser.VariableStatementContext c -> variable(c.variable(), scope);
            case P4Parser.InstanceStatementContext c -> {
                unit.blocks.instance(c.instantiation(), scope);
                yield nothing();
            }
            case P4Parser.BlockStatementContext c -> block(c.block(), scope);
            case P4Parser.IfStatementContext c -> condition(c, scope);
            case P4Parser.SwitchStatementContext c -> choose(c, scope);
            case P4Parser.ReturnStatementContext c -> returned(c, scope);
            case P4Parser.ExitStatementContext _ -> frame -> {
                throw Exit.EXIT;
            };
            case P4Parser.EmptyStatementContext _ -> nothing();
            case P4Parser.AssignmentContext c -> assignment(c, scope);
            case P4Parser.CallStatementContext c -> call(c, scope);
            default -> throw unit.error(text, "this is no statement");
        };
    }

    private static Exec nothing() {
        return frame -> Exec.Then.NEXT;
    }

    void constant(P4Parser.ConstantContext text, Scope scope) {
        Type type = unit.types.of(text.typeRef(), scope);
        Expr value = unit.expressions.check(text.expression(), scope, type);
        if (value.constant() == null) {
            throw unit.error(text.expression(), "this is not known when the program is compiled");
        }
        declare(text, text.name().getText(), scope);
        scope.add(text.name().getText(), new Symbol.Constant(type, value.constant()));
    }

    void declare(ParserRuleContext at, String name, Scope scope) {
        if (scope.hasOwn(name)) {
            throw unit.error(at, name + " is declared twice");
        }
    }

    Exec variable(P4Parser.VariableContext text, Scope scope) {
        Type type = unit.types.of(text.typeRef(), scope);
        Expr value = text.expression() == null ? null : unit.expressions.check(text.expression(), scope, type);
        declare(text, text.name().getText(), scope);
        int slot = scope.variable(text.name().getText(), type, false).slot();
        return frame -> {
            frame.set(slot, value == null ? Values.initial(type) : Values.copy(value.eval().eval(frame)));
            return Exec.Then.NEXT;
        };
    }

    private Exec condition(P4Parser.IfStatementContext text, Scope scope) {
        Eval test = unit.expressions.truth(text.expression(), scope).eval();
        Exec then = check(text.statement(0), scope.block());
        Exec otherwise = text.statement().size() > 1 ? check(text.statement(1), scope.block()) : nothing();
        return frame -> (Boolean) test.eval(frame) ? then.exec(frame) : otherwise.exec(frame);
    }

    private Exec choose(P4Parser.SwitchStatementContext text, Scope scope) {
        Expr value = unit.expressions.check(text.expression(), scope);
        Map<Object, Exec> cases = new LinkedHashMap<>();
        List<Object> waiting = new ArrayList<>();
        Exec[] otherwise = {nothing()};
        Set<Object> seen = new HashSet<>();
        for (P4Parser.SwitchCaseContext one : text.switchCase()) {
            Object label = one.expression() == null ? cases : label(one.expression(), value.type(), scope);
            if (!seen.add(label)) {
                throw unit.error(one, "this case stands twice");
            }
            waiting.add(label);
            if (one.block() != null) {
                Exec body = block(one.block(), scope);
                waiting.forEach(w -> {
                    if (w == cases) {
                        otherwise[0] = body;
                    } else {
                        cases.put(w, body);
                    }
                });
                waiting.clear();
            }
        }
        return frame -> cases.getOrDefault(value.eval().eval(frame), otherwise[0]).exec(frame);
    }

    private Object label(P4Parser.ExpressionContext text, Type type, Scope scope) {
        if (type instanceof Type.Result result && result.of() instanceof Expressions.ActionRun run) {
            if (!run.table().actions().contains(text.getText())) {
                throw unit.error(text, "table " + run.table().name() + " has no action " + text.getText());
            }
            return text.getText();
        }
        Object known = unit.expressions.check(text, scope, type).constant();
        if (known == null) {
            throw unit.error(text, "this is not known when the program is compiled");
        }
        return known;
    }

    private Exec returned(P4Parser.ReturnStatementContext text, Scope scope) {
        if (text.expression() == null) {
            if (scope.returns() != null && scope.returns() != Type.Simple.VOID) {
                throw unit.error(text, "a value of " + scope.returns() + " is to be returned");
            }
            return frame -> Exec.Then.RETURN;
        }
        if (scope.returns() == null || scope.returns() == Type.Simple.VOID) {
            throw unit.error(text, "nothing can be returned here");
        }
        Eval value = unit.expressions.check(text.expression(), scope, scope.returns()).eval();
        return frame -> {
            frame.returned(Values.copy(value.eval(frame)));
            return Exec.Then.RETURN;
        };
    }

    private Exec assignment(P4Parser.AssignmentContext text, Scope scope) {
        Expr to = unit.expressions.check(text.expression(0), scope);
        if (to.place() == null) {
            throw unit.error(text.expression(0), text.expression(0).getText() + " cannot be assigned to");
        }
        Eval value = unit.expressions.check(text.expression(1), scope, to.type()).eval();
        Place place = to.place();
        return frame -> {
            place.set(frame, Values.copy(value.eval(frame)));
            return Exec.Then.NEXT;
        };
    }

    private Exec call(P4Parser.CallStatementContext text, Scope scope) {
        if (!(text.expression() instanceof P4Parser.CallContext)) {
            throw unit.error(text, "this does nothing; a statement calls or assigns");
        }
        Eval eval = unit.expressions.check(text.expression(), scope).eval();
        return frame -> {
            eval.eval(frame);
            return Exec.Then.NEXT;
        };
    }

    /** Declares an action and checks its text. */
    void action(P4Parser.ActionContext text, Scope scope) {
        String name = text.name().getText();
        declare(text, name, scope);
        List<Type.Parameter> parameters = unit.types.parameters(text.parameters(), scope);
        Symbol.Routine routine = new Symbol.Routine(new Layout(scope.layout()), scope.layout());
        Scope inner = scope.routine(routine.layout, Type.Simple.VOID);
        parameters.forEach(p -> inner.variable(p.name(), p.type(), !p.writes()));
        routine.body = block(text.block(), inner);
        scope.add(name, new Symbol.Action(name, parameters, routine));
    }

    /** @return a function that is declared here, its text checked */
    Symbol.Function function(P4Parser.TypeOrVoidContext returns, String name, P4Parser.TypeParametersContext generic,
            P4Parser.ParametersContext parameters, P4Parser.BlockContext block, Scope scope) {
        Scope names = unit.types.generic(generic, scope);
        Type.Signature signature = new Type.Signature(name, Types.names(generic), unit.types.parameters(parameters, names),
            unit.types.of(returns, names), false);
        Symbol.Routine routine = new Symbol.Routine(new Layout(scope.layout()), scope.layout());
        Scope inner = names.routine(routine.layout, signature.returns());
        signature.parameters().forEach(p -> inner.variable(p.name(), p.type(), !p.writes()));
        routine.body = block(block, inner);
        return new Symbol.Function(signature, routine);
    }
}
