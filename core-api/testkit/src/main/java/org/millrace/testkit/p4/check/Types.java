package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** What types are written, which are the same, and what becomes another without being asked (§8.11). */
final class Types {
    private final Unit unit;

    Types(Unit unit) {
        this.unit = unit;
    }

    Type of(P4Parser.TypeOrVoidContext text, Scope scope) {
        return text.typeRef() == null ? Type.Simple.VOID : of(text.typeRef(), scope);
    }

    Type of(P4Parser.TypeArgumentContext text, Scope scope) {
        return text.typeRef() != null ? of(text.typeRef(), scope)
            : text.getText().equals("void") ? Type.Simple.VOID : Type.Simple.ANY;
    }

    Type of(P4Parser.TypeRefContext text, Scope scope) {
        return switch (text) {
            case P4Parser.BaseContext base -> of(base.baseType(), scope);
            case P4Parser.TupleContext tuple -> new Type.Tuple(tuple.typeRef().stream().map(t -> of(t, scope)).toList());
            case P4Parser.NamedContext named -> named(named, scope);
            default -> throw unit.error(text, "no type");
        };
    }

    Type of(P4Parser.BaseTypeContext text, Scope scope) {
        String name = text.getChild(0).getText();
        int width = width(text, scope);
        return switch (name) {
            case "bool" -> Type.Simple.BOOL;
            case "error" -> Type.Simple.ERROR;
            case "string" -> Type.Simple.STRING;
            case "match_kind" -> Type.Simple.MATCH_KIND;
            case "bit" -> new Type.Bits(width < 0 ? 1 : width, false);
            case "varbit" -> new Type.Varbit(width);
            default -> width < 0 ? Type.Simple.INT : new Type.Bits(width, true);
        };
    }

    private int width(P4Parser.BaseTypeContext text, Scope scope) {
        if (text.getChildCount() == 1) {
            return -1;
        }
        int width = text.INTEGER() != null ? Integer.parseInt(text.INTEGER().getText())
            : unit.number(unit.expressions.check(text.expression(), scope), text);
        if (width < 0) {
            throw unit.error(text, "a width of " + width + " bits");
        }
        return width;
    }

    private Type named(P4Parser.NamedContext text, Scope scope) {
        String name = text.name().getText();
        List<Type> arguments = text.typeArgument().stream().map(a -> of(a, scope)).toList();
        Symbol symbol = (text.getChild(0).getText().equals(".") ? scope.top() : scope).find(name);
        Type type = switch (symbol) {
            case Symbol.TypeName known -> known.type();
            case Symbol.ExternName extern -> new Type.ExternUse(extern.extern(), count(text,
                extern.extern().typeParameters().size(), arguments));
            case Symbol.BlockName block -> new Type.Block(block.type().kind(), name, block.type().typeParameters(),
                block.type().parameters(), arguments);
            case null -> throw unit.error(text, "no type is named " + name);
            default -> throw unit.error(text, name + " is no type");
        };
        return text.expression() == null ? type
            : new Type.Stack(type, unit.number(unit.expressions.check(text.expression(), scope), text));
    }

    private List<Type> count(ParserRuleContext at, int wanted, List<Type> given) {
        if (!given.isEmpty() && given.size() != wanted) {
            throw unit.error(at, given.size() + " type arguments, needed are " + wanted);
        }
        return given;
    }

    /** @return parameters, with names for their types in a scope */
    List<Type.Parameter> parameters(P4Parser.ParametersContext text, Scope scope) {
        return text.parameter().stream().map(p -> new Type.Parameter(p.direction == null ? "" : p.direction.getText(),
            of(p.typeRef(), scope), p.name().getText(), p.expression() != null || optional(p.annotation()))).toList();
    }

    static boolean optional(List<P4Parser.AnnotationContext> annotations) {
        return annotations.stream().anyMatch(a -> a.name().getText().equals("optional"));
    }

    /** @return a scope in which type parameters are types */
    Scope generic(P4Parser.TypeParametersContext text, Scope scope) {
        Scope inner = scope.block();
        names(text).forEach(name -> inner.add(name, new Symbol.TypeName(new Type.Variable(name))));
        return inner;
    }

    static List<String> names(P4Parser.TypeParametersContext text) {
        return text == null ? List.of() : text.name().stream().map(ParserRuleContext::getText).toList();
    }

    static boolean same(Type a, Type b) {
        if (a == Type.Simple.ANY || b == Type.Simple.ANY || a instanceof Type.Variable || b instanceof Type.Variable) {
            return true;
        }
        return switch (a) {
            case Type.Stack s -> b instanceof Type.Stack o && s.size() == o.size() && same(s.header(), o.header());
            case Type.Tuple t -> b instanceof Type.Tuple o && all(t.types(), o.types());
            case Type.ExternUse e -> b instanceof Type.ExternUse o && e.extern() == o.extern()
                && (e.arguments().isEmpty() || o.arguments().isEmpty() || all(e.arguments(), o.arguments()));
            case Type.Block x -> b instanceof Type.Block y && x.kind().equals(y.kind()); // a package compares parameters
            default -> a.equals(b);
        };
    }

    private static boolean all(List<Type> a, List<Type> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Finds what a declaration's variables stand for. */
    static void bind(Type declared, Type given, Map<String, Type> bound) {
        switch (declared) {
            case Type.Variable v -> {
                Type known = bound.get(v.name());
                if (known == null || known == Type.Simple.INT || known == Type.Simple.ANY) {
                    bound.put(v.name(), given);
                }
            }
            case Type.ExternUse e when given instanceof Type.ExternUse g && g.extern() == e.extern() ->
                bind(e.arguments(), g.arguments(), bound);
            case Type.Tuple t when given instanceof Type.Tuple g -> bind(t.types(), g.types(), bound);
            case Type.Block b when given instanceof Type.Block g -> bindBlock(b, g, bound);
            default -> { }
        }
    }

    private static void bind(List<Type> declared, List<Type> given, Map<String, Type> bound) {
        for (int i = 0; i < Math.min(declared.size(), given.size()); i++) {
            bind(declared.get(i), given.get(i), bound);
        }
    }

    private static void bindBlock(Type.Block declared, Type.Block given, Map<String, Type> bound) {
        Map<String, Type> inner = new HashMap<>();
        for (int i = 0; i < Math.min(declared.parameters().size(), given.parameters().size()); i++) {
            bind(declared.parameters().get(i).type(), given.parameters().get(i).type(), inner);
        }
        for (int i = 0; i < declared.arguments().size(); i++) {
            Type found = given.arguments().size() == declared.arguments().size() && given.name().equals(declared.name())
                ? given.arguments().get(i) : inner.getOrDefault(declared.typeParameters().get(i), Type.Simple.ANY);
            bind(declared.arguments().get(i), found, bound);
        }
    }

    static Type substitute(Type type, Map<String, Type> bound) {
        return switch (type) {
            case Type.Variable v -> bound.getOrDefault(v.name(), type);
            case Type.ExternUse e -> new Type.ExternUse(e.extern(), e.arguments().stream()
                .map(a -> substitute(a, bound)).toList());
            case Type.Tuple t -> new Type.Tuple(t.types().stream().map(a -> substitute(a, bound)).toList());
            case Type.Stack s -> new Type.Stack(substitute(s.header(), bound), s.size());
            case Type.Block b -> new Type.Block(b.kind(), b.name(), b.typeParameters(), b.parameters(),
                b.arguments().stream().map(a -> substitute(a, bound)).toList());
            default -> type;
        };
    }

    /**
     * Makes an expression have a type.
     *
     * @throws org.millrace.testkit.p4.source.P4Exception it does not become that by itself
     */
    Expr become(Expr expr, Type wanted, ParserRuleContext at) {
        if (!expr.elements().isEmpty() || expr.type() instanceof Type.Tuple && expr.constant() != null) {
            Expr list = list(expr, wanted, at);
            if (list != null) {
                return list;
            }
        }
        if (expr.type() == Type.Simple.INT && wanted.base() instanceof Type.Bits bits && wanted instanceof Type.Bits) {
            return Expr.folded(wanted, frame -> Values.wrap(bits, (BigInteger) expr.eval().eval(frame)), expr);
        }
        if (expr.type() instanceof Type.Enumeration e && e.underlying() != null && wanted.equals(e.underlying())) {
            return expr.as(wanted);
        }
        unit.expect(at, wanted, expr.type());
        return wanted instanceof Type.Variable || wanted instanceof Type.Block || wanted == Type.Simple.ANY ? expr
            : expr.as(wanted);
    }

    /** A list in braces becomes a tuple, struct or header; null: the type wanted is none of these. */
    private Expr list(Expr list, Type wanted, ParserRuleContext at) {
        List<Type> types = switch (wanted.base()) {
            case Type.Struct s -> s.fields().stream().map(Type.Field::type).toList();
            case Type.Tuple t -> t.types();
            default -> null;
        };
        if (types == null) {
            return null;
        }
        if (types.size() != list.elements().size()) {
            throw unit.error(at, list.elements().size() + " values, " + wanted + " has " + types.size());
        }
        List<Expr> parts = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            int from = i;
            if (!list.names().isEmpty()) {
                from = list.names().indexOf(((Type.Struct) wanted.base()).fields().get(i).name());
                if (from < 0) {
                    throw unit.error(at, "no value for " + ((Type.Struct) wanted.base()).fields().get(i).name());
                }
            }
            parts.add(become(list.elements().get(from), types.get(i), at));
        }
        Eval eval = wanted.base() instanceof Type.Struct struct ? frame -> {
            StructValue value = (StructValue) Values.initial(struct);
            for (int i = 0; i < parts.size(); i++) {
                value.field(i, Values.copy(parts.get(i).eval().eval(frame)));
            }
            value.valid(true);
            return value;
        } : frame -> parts.stream().map(p -> Values.copy(p.eval().eval(frame))).toList();
        return Expr.folded(wanted, eval, parts.toArray(Expr[]::new));
    }
}
