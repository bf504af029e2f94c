package org.millrace.testkit.p4.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Block;
import org.millrace.testkit.p4.run.Exec;
import org.millrace.testkit.p4.run.Frame;
import org.millrace.testkit.p4.value.Type;

/** Makes instances of externs, controls, parsers and packages (§10.3, §15). A block's text is checked for each. */
final class Blocks {
    private final Unit unit;

    Blocks(Unit unit) {
        this.unit = unit;
    }

    /** Declares an instance. */
    void instance(P4Parser.InstantiationContext text, Scope scope) {
        String name = text.name().getText();
        Expr made = make(text, name, scope);
        unit.statements.declare(text, name, scope);
        scope.add(name, new Symbol.Constant(made.type(), made.constant()));
    }

    Expr make(P4Parser.InstantiationContext text, String name, Scope scope) {
        if (text.typeRef() instanceof P4Parser.NamedContext named
                && scope.find(named.name().getText()) instanceof Symbol.BlockName block) {
            return make(text, block, text.arguments(), name, scope);
        }
        Type type = unit.types.of(text.typeRef(), scope);
        if (!(type instanceof Type.ExternUse use)) {
            throw unit.error(text, "there are no instances of " + type);
        }
        Object made = extern(text, use, text.arguments(), name, scope);
        text.member().forEach(member -> unit.part(() -> member(member, use, scope)));
        for (Type.Signature method : use.extern().methods()) {
            if (method.isAbstract() && text.member().stream().noneMatch(m -> m.name() != null
                && m.name().getText().equals(method.name()))) {
                throw unit.error(text, name + " does not say what " + method.name() + " does");
            }
        }
        return Expr.constant(type, made);
    }

    private void member(P4Parser.MemberContext text, Type.ExternUse use, Scope scope) {
        if (text.instantiation() != null) {
            instance(text.instantiation(), scope.block());
            return;
        }
        String name = text.name().getText();
        Scope inner = scope.block();
        use.extern().methods().stream().filter(m -> !m.isAbstract()).forEach(m -> inner.add(m.name(),
            new Symbol.Function(m, null)));
        Symbol.Function function = unit.statements.function(text.typeOrVoid(), name, text.typeParameters(),
            text.parameters(), text.block(), inner);
        Map<String, Type> bound = new HashMap<>();
        for (int i = 0; i < use.arguments().size(); i++) {
            bound.put(use.extern().typeParameters().get(i), use.arguments().get(i));
        }
        List<Type.Parameter> given = function.signature().parameters();
        Type.Signature wanted = use.extern().methods().stream().filter(m -> m.isAbstract() && m.name().equals(name)
            && m.takes(given.size())).findFirst().orElseThrow(() -> unit.error(text, use + " leaves no " + name + " with "
                + given.size() + " parameters open"));
        for (int i = 0; i < given.size(); i++) {
            Type.Parameter parameter = wanted.parameters().get(i);
            unit.expect(text.parameters().parameter(i), Types.substitute(parameter.type(), bound), given.get(i).type());
            if (!parameter.direction().equals(given.get(i).direction())) {
                throw unit.error(text.parameters().parameter(i), "this parameter is " + parameter.direction() + " in " + use);
            }
        }
    }

    /** @return an instance as the architecture makes it */
    Object extern(ParserRuleContext at, Type.ExternUse use, P4Parser.ArgumentsContext text, String name, Scope scope) {
        int count = text == null ? 0 : text.argument().size();
        if (use.arguments().isEmpty() && !use.extern().typeParameters().isEmpty()) {
            throw unit.error(at, use.extern().name() + " needs type arguments: " + use.extern().typeParameters());
        }
        Type.Signature constructor = use.extern().constructors().stream().filter(c -> c.takes(count)).findFirst()
            .orElseThrow(() -> unit.error(at, use + " is not made of " + count + " arguments"));
        Map<String, Type> bound = new HashMap<>();
        for (int i = 0; i < use.arguments().size(); i++) {
            bound.put(use.extern().typeParameters().get(i), use.arguments().get(i));
        }
        Calls.Arguments arguments = unit.calls.arguments(at, text, constructor.parameters(), bound, scope);
        List<Object> values = new ArrayList<>();
        for (Expr given : arguments.given()) {
            if (given != null && given.constant() == null) {
                throw unit.error(at, "arguments of " + use + " must be known when the program is compiled");
            }
            values.add(given == null ? null : given.constant());
        }
        Object made = unit.architecture.instance(use, values, scope.path(name));
        unit.instances.put(scope.path(name), made);
        return made;
    }

    Expr make(ParserRuleContext at, Symbol.BlockName block, P4Parser.ArgumentsContext arguments, String name, Scope scope) {
        return switch (block.text()) {
            case P4Parser.ControlDeclarationContext c when c.block() != null -> control(c, block, arguments, name, scope);
            case P4Parser.ParserDeclarationContext c when !c.parserState().isEmpty() -> {
                Scope inner = inside(at, block, c.constructorParameters(), arguments, name, scope);
                yield Expr.constant(block.type(), unit.parsers.make(c, block.type(), inner));
            }
            case P4Parser.PackageDeclarationContext _ -> packaged(at, block, arguments, scope);
            default -> throw unit.error(at, block.type() + " is declared only");
        };
    }

    /** @return names inside of a block: what its constructor was given, then its parameters */
    private Scope inside(ParserRuleContext at, Symbol.BlockName block, P4Parser.ConstructorParametersContext declared,
            P4Parser.ArgumentsContext given, String name, Scope scope) {
        List<Type.Parameter> parameters = declared == null ? List.of()
            : unit.types.parameters(declared.parameters(), block.scope());
        Calls.Arguments arguments = unit.calls.arguments(at, given, parameters, new HashMap<>(), scope);
        Scope inner = block.scope().named(new Layout(null), scope.path(name));
        for (int i = 0; i < parameters.size(); i++) {
            inner.add(parameters.get(i).name(), new Symbol.Constant(arguments.parameters().get(i).type(),
                arguments.given().get(i).constant()));
        }
        Scope body = inner.block();
        block.type().parameters().forEach(p -> body.variable(p.name(), p.type(), !p.writes()
            && !(p.type() instanceof Type.ExternUse)));
        return body;
    }

    private Expr control(P4Parser.ControlDeclarationContext text, Symbol.BlockName block, P4Parser.ArgumentsContext arguments,
            String name, Scope scope) {
        Scope inner = inside(text, block, text.constructorParameters(), arguments, name, scope).block();
        Exec before = locals(text.local(), inner);
        Exec body = unit.statements.block(text.block(), inner);
        Block made = new Block(block.type(), inner.layout().slots(), frame -> run(before, body, frame));
        return Expr.constant(block.type(), made);
    }

    private static void run(Exec before, Exec body, Frame frame) {
        before.exec(frame);
        body.exec(frame);
    }

    /** Declares what stands before a block's statements. @return what sets its variables */
    Exec locals(List<P4Parser.LocalContext> texts, Scope scope) {
        List<Exec> set = new ArrayList<>();
        texts.forEach(text -> unit.part(() -> local(text, scope, set)));
        return frame -> {
            set.forEach(s -> s.exec(frame));
            return Exec.Then.NEXT;
        };
    }

    private void local(P4Parser.LocalContext text, Scope scope, List<Exec> set) {
        if (text.constant() != null) {
            unit.statements.constant(text.constant(), scope);
        } else if (text.instantiation() != null) {
            instance(text.instantiation(), scope);
        } else if (text.variable() != null) {
            set.add(unit.statements.variable(text.variable(), scope));
        } else if (text.action() != null) {
            unit.statements.action(text.action(), scope);
        } else if (text.table() != null) {
            unit.tables.declare(text.table(), scope);
        } else if (text.valueSet() != null) {
            scope.add(text.valueSet().name().getText(), new Symbol.ValueSet(unit.types.of(text.valueSet().typeRef(), scope)));
        } else {
            scope.add(text.name().getText(), unit.statements.function(text.typeOrVoid(), text.name().getText(),
                text.typeParameters(), text.parameters(), text.block(), scope));
        }
    }

    private Expr packaged(ParserRuleContext at, Symbol.BlockName block, P4Parser.ArgumentsContext text, Scope scope) {
        Map<String, Type> bound = new HashMap<>();
        Calls.Arguments arguments = unit.calls.arguments(at, text, block.type().parameters(), bound, scope);
        List<Object> parts = new ArrayList<>();
        for (int i = 0; i < arguments.given().size(); i++) {
            Expr given = arguments.given().get(i);
            if (given != null && given.type() instanceof Type.Block part
                    && block.type().parameters().get(i).type() instanceof Type.Block wanted) {
                fits(at, part, wanted, bound, block.type().parameters().get(i).name());
            }
            parts.add(given == null ? null : given.constant());
        }
        List<Type> types = block.type().typeParameters().stream().map(v -> bound.getOrDefault(v, Type.Simple.ANY)).toList();
        return Expr.constant(new Type.Block("package", block.type().name(), block.type().typeParameters(),
            block.type().parameters(), types), parts);
    }

    private void fits(ParserRuleContext at, Type.Block given, Type.Block wanted, Map<String, Type> bound, String name) {
        if (given.kind().equals("package")) {
            return;
        }
        Map<String, Type> inner = new HashMap<>();
        for (int i = 0; i < wanted.arguments().size(); i++) {
            inner.put(wanted.typeParameters().get(i), Types.substitute(wanted.arguments().get(i), bound));
        }
        long needed = wanted.parameters().stream().filter(p -> !p.optional()).count();
        if (!given.kind().equals(wanted.kind()) || given.parameters().size() > wanted.parameters().size()
                || given.parameters().size() < needed) {
            throw unit.error(at, given + " is not what " + name + " must be: " + wanted.kind() + " with "
                + wanted.parameters().size() + " parameters");
        }
        for (int i = 0; i < given.parameters().size(); i++) {
            Type.Parameter mine = given.parameters().get(i);
            Type.Parameter asked = wanted.parameters().get(i);
            Type type = Types.substitute(asked.type(), inner);
            if (!Types.same(type, mine.type()) || !asked.direction().equals(mine.direction())) {
                throw unit.error(at, given + ": parameter " + mine.name() + " is " + mine.direction() + " " + mine.type()
                    + ", " + name + " has " + asked.direction() + " " + type);
            }
        }
    }
}
