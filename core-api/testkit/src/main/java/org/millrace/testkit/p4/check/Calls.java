package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Block;
import org.millrace.testkit.p4.run.Call;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.run.Frame;
import org.millrace.testkit.p4.run.Native;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.value.StackValue;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks calls: of functions, actions, externs, tables, blocks, and of what headers and stacks have (§8.16 to §8.20). */
final class Calls {

    /** Arguments, checked: what is copied in, and where the results go. */
    record Arguments(List<Type.Parameter> parameters, List<Expr> given) {
        Object[] in(Frame frame) {
            Object[] values = new Object[parameters.size()];
            for (int i = 0; i < values.length; i++) {
                if (given.get(i) != null && parameters.get(i).reads()) {
                    values[i] = Values.copy(given.get(i).eval().eval(frame));
                }
            }
            return values;
        }

        void out(Frame frame, Object[] results) {
            for (int i = 0; i < results.length; i++) {
                if (given.get(i) != null && given.get(i).place() != null && parameters.get(i).writes()) {
                    given.get(i).place().set(frame, results[i]);
                }
            }
        }
    }

    private final Unit unit;

    Calls(Unit unit) {
        this.unit = unit;
    }

    Expr check(P4Parser.CallContext text, Scope scope) {
        if (text.expression() instanceof P4Parser.MemberUseContext member) {
            return method(text, member, scope);
        }
        if (!(text.expression() instanceof P4Parser.NameUseContext use)) {
            throw unit.error(text, "this cannot be called");
        }
        String name = use.name().getText();
        List<Symbol> known = (use.getChild(0).getText().equals(".") ? scope.top() : scope).all(name);
        int count = text.arguments() == null ? 0 : text.arguments().argument().size();
        return switch (known.isEmpty() ? null : known.getFirst()) {
            case Symbol.Action action -> action(text, action, scope);
            case Symbol.Function _ -> function(text, (Symbol.Function) known.stream().filter(s -> s instanceof Symbol.Function f
                && f.signature().takes(count)).findFirst().orElseThrow(() -> unit.error(text, name + " does not take "
                + count + " arguments")), scope);
            case Symbol.BlockName block -> made(text, block, scope);
            case Symbol.ExternName extern -> {
                Type.ExternUse type = new Type.ExternUse(extern.extern(), text.typeArgument().stream()
                    .map(t -> unit.types.of(t, scope)).toList());
                yield Expr.constant(type, unit.blocks.extern(text, type, text.arguments(), name, scope));
            }
            case null -> throw unit.error(text, "nothing is named " + name);
            default -> throw unit.error(text, name + " cannot be called");
        };
    }

    private Expr made(P4Parser.CallContext text, Symbol.BlockName block, Scope scope) {
        return unit.blocks.make(text, block, text.arguments(), block.type().name(), scope);
    }

    /** Checks arguments against parameters; variables of the types are bound as they are found. */
    Arguments arguments(ParserRuleContext at, P4Parser.ArgumentsContext text, List<Type.Parameter> parameters,
            Map<String, Type> bound, Scope scope) {
        int count = text == null ? 0 : text.argument().size();
        if (count > parameters.size()) {
            throw unit.error(at, count + " arguments, there are " + parameters.size() + " parameters");
        }
        List<P4Parser.ArgumentValueContext> texts = unit.expressions.arguments(text, parameters);
        List<Expr> given = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Type.Parameter parameter = parameters.get(i);
            P4Parser.ArgumentValueContext value = texts.get(i);
            if (value == null && !parameter.optional()) {
                throw unit.error(at, "no argument for " + parameter.name());
            }
            if (value == null || value.expression() == null) {
                given.add(null);
                continue;
            }
            Expr expr = unit.expressions.check(value.expression(), scope);
            Types.bind(parameter.type(), expr.type(), bound);
            given.add(expr);
        }
        List<Type.Parameter> exact = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Type.Parameter p = parameters.get(i);
            Type type = Types.substitute(p.type(), bound);
            exact.add(new Type.Parameter(p.direction(), type, p.name(), p.optional()));
            if (given.get(i) != null) {
                ParserRuleContext place = texts.get(i);
                if (p.writes() && given.get(i).place() == null) {
                    throw unit.error(place, "this is written to, so it must be a variable that may change");
                }
                given.set(i, p.writes() ? written(given.get(i), type, place) : unit.types.become(given.get(i), type, place));
            }
        }
        return new Arguments(exact, given);
    }

    private Expr written(Expr expr, Type type, ParserRuleContext at) {
        unit.expect(at, type, expr.type());
        return expr;
    }

    private Expr function(P4Parser.CallContext text, Symbol.Function function, Scope scope) {
        Type.Signature signature = function.signature();
        Map<String, Type> bound = explicit(text, signature, scope);
        Arguments arguments = arguments(text, text.arguments(), signature.parameters(), bound, scope);
        Type returns = Types.substitute(signature.returns(), bound);
        Symbol.Routine routine = function.routine();
        if (routine == null) {
            return external(text, "", signature.name(), null, arguments, returns);
        }
        return Expr.value(returns, frame -> run(routine, arguments, frame, scope).returned());
    }

    private Map<String, Type> explicit(P4Parser.CallContext text, Type.Signature signature, Scope scope) {
        Map<String, Type> bound = new HashMap<>();
        for (int i = 0; i < text.typeArgument().size() && i < signature.typeParameters().size(); i++) {
            bound.put(signature.typeParameters().get(i), unit.types.of(text.typeArgument(i), scope));
        }
        return bound;
    }

    private Expr action(P4Parser.CallContext text, Symbol.Action action, Scope scope) {
        Arguments arguments = arguments(text, text.arguments(), action.parameters(), new HashMap<>(), scope);
        return Expr.value(Type.Simple.VOID, frame -> run(action.routine(), arguments, frame, scope));
    }

    private static Frame run(Symbol.Routine routine, Arguments arguments, Frame caller, Scope scope) {
        Frame outer = caller.out(scope.layout().depth() - routine.declaredIn.depth());
        Object[] values = arguments.in(caller);
        Frame frame = new Frame(routine.layout.slots(), outer, caller.pass());
        for (int i = 0; i < values.length; i++) {
            frame.set(i, values[i] == null ? Values.initial(arguments.parameters().get(i).type()) : values[i]);
        }
        try {
            routine.body.exec(frame);
        } finally {
            for (int i = 0; i < values.length; i++) {
                values[i] = frame.get(i);
            }
            arguments.out(caller, values);
        }
        return frame;
    }

    private Expr external(ParserRuleContext at, String extern, String method, Eval self, Arguments arguments, Type returns) {
        Native code = unit.architecture.method(extern, method);
        List<Type> types = new ArrayList<>();
        for (int i = 0; i < arguments.given().size(); i++) {
            types.add(arguments.given().get(i) == null ? null : arguments.parameters().get(i).type()
                instanceof Type.Variable ? arguments.given().get(i).type() : arguments.parameters().get(i).type());
        }
        String name = extern.isEmpty() ? method : extern + "." + method;
        String place = unit.source.place(at.getStart().getLine(), at.getStart().getCharPositionInLine());
        return Expr.value(returns, frame -> {
            if (code == null) {
                throw new UnsupportedOperationException(place + ": " + name + " is declared, and nothing here runs it");
            }
            Object[] values = arguments.in(frame);
            Object[] results = values.clone();
            Object result = code.call(new Call(frame.pass(), self == null ? null : self.eval(frame), values, types, returns,
                results));
            arguments.out(frame, results);
            return result;
        });
    }

    private Expr method(P4Parser.CallContext text, P4Parser.MemberUseContext member, Scope scope) {
        String name = member.name().getText();
        if (member.expression() instanceof P4Parser.NameUseContext use) {
            Symbol symbol = scope.find(use.name().getText());
            if (symbol instanceof Symbol.TableName table && name.equals("apply")) {
                return table(table, scope);
            }
            if (symbol instanceof Symbol.BlockName block && name.equals("apply")) {
                Expr made = unit.blocks.make(text, block, null, use.name().getText(), scope);
                return block(text, made, scope);
            }
        }
        Expr base = unit.expressions.check(member.expression(), scope);
        return switch (base.type().base()) {
            case Type.ExternUse use -> externMethod(text, base, use, name, scope);
            case Type.Block _ when name.equals("apply") -> block(text, base, scope);
            case Type.Struct s -> ofHeader(text, base, s, name);
            case Type.Stack _ -> ofStack(text, base, name, scope);
            default -> throw unit.error(text, base.type() + " has no " + name);
        };
    }

    private static Expr table(Symbol.TableName table, Scope scope) {
        int hops = scope.layout().depth() - table.layout().depth();
        return Expr.value(new Type.Result(table.table()), frame -> {
            Frame own = frame.out(hops);
            List<Object> key = table.keys().stream().map(k -> k.eval().eval(own)).toList();
            Table.Outcome outcome = table.table().look(key);
            outcome.chosen().run().exec(own);
            return outcome;
        });
    }

    private Expr block(P4Parser.CallContext text, Expr made, Scope scope) {
        Type.Block type = (Type.Block) made.type();
        Arguments arguments = arguments(text, text.arguments(), type.parameters(), new HashMap<>(), scope);
        return Expr.value(Type.Simple.VOID, frame -> {
            Object[] after = ((Block) made.eval().eval(frame)).call(arguments.in(frame), frame.pass());
            arguments.out(frame, after);
            return null;
        });
    }

    private Expr externMethod(P4Parser.CallContext text, Expr base, Type.ExternUse use, String name, Scope scope) {
        int count = text.arguments() == null ? 0 : text.arguments().argument().size();
        Type.Signature signature = use.extern().methods().stream().filter(m -> m.name().equals(name) && m.takes(count))
            .findFirst().orElseThrow(() -> unit.error(text, use + " has no " + name + " with " + count + " arguments"));
        Map<String, Type> bound = explicit(text, signature, scope);
        for (int i = 0; i < use.arguments().size(); i++) {
            bound.put(use.extern().typeParameters().get(i), use.arguments().get(i));
        }
        Arguments arguments = arguments(text, text.arguments(), signature.parameters(), bound, scope);
        return external(text, use.extern().name(), name, base.eval(), arguments, Types.substitute(signature.returns(), bound));
    }

    private Expr ofHeader(P4Parser.CallContext text, Expr base, Type.Struct struct, String name) {
        if (!struct.header() && !struct.union() || text.arguments() != null) {
            throw unit.error(text, struct + " has no " + name);
        }
        Eval of = base.eval();
        return switch (name) {
            case "isValid" -> Expr.value(Type.Simple.BOOL, frame -> valid((StructValue) of.eval(frame)));
            case "setValid", "setInvalid" -> {
                if (base.place() == null) {
                    throw unit.error(text, "this header may not change");
                }
                yield Expr.value(Type.Simple.VOID, frame -> {
                    StructValue header = (StructValue) of.eval(frame);
                    header.valid(name.equals("setValid"));
                    base.place().set(frame, header); // a union's others are no longer valid
                    header.valid(name.equals("setValid"));
                    return null;
                });
            }
            case "minSizeInBits" -> Expr.constant(Type.Simple.INT, BigInteger.valueOf(fixed(struct)));
            case "minSizeInBytes" -> Expr.constant(Type.Simple.INT, BigInteger.valueOf((fixed(struct) + 7) / 8));
            default -> throw unit.error(text, "a header has no " + name);
        };
    }

    private static int fixed(Type.Struct struct) {
        return struct.fields().stream().mapToInt(f -> f.type() instanceof Type.Varbit ? 0 : Type.width(f.type())).sum();
    }

    private static boolean valid(StructValue header) {
        return header.type().union() ? header.type().fields().stream()
            .anyMatch(f -> ((StructValue) header.field(f.name())).valid()) : header.valid();
    }

    private Expr ofStack(P4Parser.CallContext text, Expr base, String name, Scope scope) {
        if (!name.equals("push_front") && !name.equals("pop_front") || base.place() == null) {
            throw unit.error(text, "a stack has no " + name + " here");
        }
        Arguments arguments = arguments(text, text.arguments(), List.of(new Type.Parameter("", Type.Simple.INT, "count", false)),
            new HashMap<>(), scope);
        int count = unit.number(arguments.given().getFirst(), text);
        return Expr.value(Type.Simple.VOID, frame -> {
            ((StackValue) base.eval().eval(frame)).push(name.equals("push_front") ? count : -count);
            return null;
        });
    }

}
