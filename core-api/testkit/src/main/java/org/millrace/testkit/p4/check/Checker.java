package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Architecture;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.source.Preprocessor;
import org.millrace.testkit.p4.source.SourceText;
import org.millrace.testkit.p4.source.Syntax;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks a program, and makes of it what can be run (§10, §15). */
public final class Checker {
    /**
     * A program that was checked.
     *
     * @param mainType  the package that main is
     * @param parts     its arguments: blocks and packages
     * @param tables    by their names, with those of the blocks around them
     * @param instances of externs, the same
     */
    public record Result(Type.Block mainType, List<?> parts, Map<String, Table> tables, Map<String, Object> instances) {
    }

    private final Unit unit;
    private final Scope global = Scope.global();
    private Symbol.Constant main;

    private Checker(SourceText source, Architecture architecture) {
        unit = new Unit(source, architecture);
    }

    /**
     * Reads a program.
     *
     * @param name of the text, for messages
     * @throws org.millrace.testkit.p4.source.P4Exception with every mistake found
     */
    public static Result check(String name, String text, Architecture architecture) {
        SourceText source = Preprocessor.read(name, text);
        return new Checker(source, architecture).check(Syntax.parse(source));
    }

    private Result check(P4Parser.ProgramContext program) {
        program.declaration().forEach(declaration -> unit.part(() -> declare(declaration)));
        unit.finish();
        if (main == null) {
            throw unit.error(program, "there is no main");
        }
        return new Result((Type.Block) main.type(), (List<?>) main.value(), unit.made, unit.instances);
    }

    private void declare(P4Parser.DeclarationContext text) {
        switch (text) {
            case P4Parser.ConstantDeclarationContext c -> unit.statements.constant(c.constant(), global);
            case P4Parser.ExternTypeContext c -> extern(c);
            case P4Parser.ExternFunctionContext c -> {
                Type.Signature signature = signature(c.prototype(), global);
                global.add(signature.name(), new Symbol.Function(signature, null));
            }
            case P4Parser.ActionDeclarationContext c -> unit.statements.action(c.action(), global);
            case P4Parser.ParserDeclarationContext c -> block(c, "parser", c.name(), c.typeParameters(), c.parameters());
            case P4Parser.ControlDeclarationContext c -> block(c, "control", c.name(), c.typeParameters(), c.parameters());
            case P4Parser.PackageDeclarationContext c -> block(c, "package", c.name(), c.typeParameters(), c.parameters());
            case P4Parser.StructDeclarationContext c -> struct(c);
            case P4Parser.EnumDeclarationContext c -> enumeration(c);
            case P4Parser.TypedefDeclarationContext c -> type(c, c.name(), unit.types.of(c.typeRef(), global));
            case P4Parser.NewTypeDeclarationContext c -> type(c, c.name(),
                new Type.Named(c.name().getText(), unit.types.of(c.typeRef(), global)));
            case P4Parser.ErrorDeclarationContext c -> c.name().forEach(n -> unit.errors.put(n.getText(), n));
            case P4Parser.MatchKindDeclarationContext c -> c.name().forEach(n -> unit.matchKinds.add(n.getText()));
            case P4Parser.FunctionDeclarationContext c -> global.add(c.name().getText(), unit.statements.function(
                c.typeOrVoid(), c.name().getText(), c.typeParameters(), c.parameters(), c.block(), global));
            case P4Parser.InstanceContext c -> instance(c.instantiation());
            default -> throw unit.error(text, "this is no declaration");
        }
    }

    private void type(P4Parser.DeclarationContext at, P4Parser.NameContext name, Type type) {
        unit.statements.declare(at, name.getText(), global);
        global.add(name.getText(), new Symbol.TypeName(type));
    }

    private void instance(P4Parser.InstantiationContext text) {
        if (text.name().getText().equals("main")) {
            Expr made = unit.blocks.make(text, "", global);
            if (!(made.type() instanceof Type.Block type && type.kind().equals("package"))) {
                throw unit.error(text, "main must be a package");
            }
            main = new Symbol.Constant(made.type(), made.constant());
        } else {
            unit.blocks.instance(text, global);
        }
    }

    private Type.Signature signature(P4Parser.PrototypeContext text, Scope scope) {
        Scope names = unit.types.generic(text.typeParameters(), scope);
        boolean later = text.getChildCount() > 0 && text.children.stream().anyMatch(c -> c.getText().equals("abstract"));
        boolean needed = later && !Types.optional(text.annotation());
        return new Type.Signature(text.name().getText(), Types.names(text.typeParameters()),
            unit.types.parameters(text.parameters(), names), text.typeOrVoid() == null ? Type.Simple.VOID
                : unit.types.of(text.typeOrVoid(), names), needed);
    }

    private void extern(P4Parser.ExternTypeContext text) {
        String name = text.name().getText();
        unit.statements.declare(text, name, global);
        Type.Extern extern = new Type.Extern(name, Types.names(text.typeParameters()));
        global.add(name, new Symbol.ExternName(extern));
        Scope names = unit.types.generic(text.typeParameters(), global);
        for (P4Parser.PrototypeContext method : text.prototype()) {
            unit.part(() -> (method.typeOrVoid() == null ? extern.constructors() : extern.methods())
                .add(signature(method, names)));
        }
    }

    private void block(P4Parser.DeclarationContext text, String kind, P4Parser.NameContext name,
            P4Parser.TypeParametersContext generic, P4Parser.ParametersContext parameters) {
        unit.statements.declare(text, name.getText(), global);
        Scope names = unit.types.generic(generic, global);
        Type.Block type = new Type.Block(kind, name.getText(), Types.names(generic),
            unit.types.parameters(parameters, names), List.of());
        global.add(name.getText(), new Symbol.BlockName(type, text, global));
    }

    private void struct(P4Parser.StructDeclarationContext text) {
        if (text.typeParameters() != null) {
            throw unit.error(text, "generic structs are not read");
        }
        List<Type.Field> fields = new ArrayList<>();
        for (P4Parser.StructFieldContext field : text.structField()) {
            Type type = unit.types.of(field.typeRef(), global);
            String name = field.name().getText();
            if (fields.stream().anyMatch(f -> f.name().equals(name))) {
                throw unit.error(field, name + " is declared twice");
            }
            if (text.kind.getText().equals("header") && !inHeader(type)) {
                throw unit.error(field, "a header has no " + type);
            }
            fields.add(new Type.Field(name, type, fieldLists(field)));
        }
        type(text, text.name(), new Type.Struct(text.kind.getText(), text.name().getText(), fields));
    }

    private static boolean inHeader(Type type) {
        return switch (type.base()) {
            case Type.Bits _, Type.Varbit _ -> true;
            case Type.Enumeration e -> e.underlying() != null;
            case Type.Struct s -> !s.header() && !s.union() && s.fields().stream().allMatch(f -> inHeader(f.type()));
            default -> type.base() == Type.Simple.BOOL;
        };
    }

    private Set<Integer> fieldLists(P4Parser.StructFieldContext text) {
        return text.annotation().stream().filter(a -> a.name().getText().equals("field_list"))
            .flatMap(a -> a.annotationBody().stream()).filter(b -> b.getText().matches("\\w+"))
            .map(b -> number(b)).collect(Collectors.toSet());
    }

    private int number(P4Parser.AnnotationBodyContext text) {
        if (global.find(text.getText()) instanceof Symbol.Constant known && known.value() instanceof BigInteger value) {
            return value.intValue();
        }
        return text.getText().matches("\\d.*") ? new BigInteger(text.getText().replaceFirst("^\\d+w", "")).intValue() : -1;
    }

    private void enumeration(P4Parser.EnumDeclarationContext text) {
        Type.Bits underlying = null;
        if (text.typeRef() != null) {
            if (!(unit.types.of(text.typeRef(), global).base() instanceof Type.Bits bits)) {
                throw unit.error(text, "an enum's values have a type of bits");
            }
            underlying = bits;
        }
        Map<String, BigInteger> members = new LinkedHashMap<>();
        for (P4Parser.EnumMemberContext member : text.enumMember()) {
            if ((member.expression() != null) != (underlying != null)) {
                throw unit.error(member, "members have values if the enum has a type, and only then");
            }
            BigInteger value = underlying == null ? null : Values.wrap(underlying,
                (BigInteger) unit.expressions.check(member.expression(), global, underlying).constant());
            members.put(member.name().getText(), value);
        }
        type(text, text.name(), new Type.Enumeration(text.name().getText(), underlying, members));
    }
}
