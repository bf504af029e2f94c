package org.millrace.testkit.p4.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Types of P4_16 (§7). A typedef is its type, so none stands here. */
public sealed interface Type {
    /** Types without parts. */
    enum Simple implements Type {
        BOOL("bool"), INT("int"), STRING("string"), VOID("void"), ERROR("error"), MATCH_KIND("match_kind"), ANY("_");

        private final String text;

        Simple(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** bit&lt;width&gt;, int&lt;width&gt;. */
    record Bits(int width, boolean signed) implements Type {
        @Override
        public String toString() {
            return (signed ? "int<" : "bit<") + width + ">";
        }
    }

    /** varbit&lt;max&gt;. */
    record Varbit(int max) implements Type {
        @Override
        public String toString() {
            return "varbit<" + max + ">";
        }
    }

    /** A field of a header or struct. */
    record Field(String name, Type type, Set<Integer> fieldLists) {
    }

    /** header, struct, header_union: the same only if declared at the same place. */
    final class Struct implements Type {
        private final String kind;
        private final String name;
        private final List<Field> fields;
        private final Map<String, Integer> indices = new LinkedHashMap<>();

        /** @param kind header, struct or header_union */
        public Struct(String kind, String name, List<Field> fields) {
            this.kind = kind;
            this.name = name;
            this.fields = List.copyOf(fields);
            for (int i = 0; i < fields.size(); i++) {
                indices.put(fields.get(i).name(), i);
            }
        }

        public String name() {
            return name;
        }

        public List<Field> fields() {
            return fields;
        }

        public boolean header() {
            return kind.equals("header");
        }

        public boolean union() {
            return kind.equals("header_union");
        }

        /** @return -1: there is none */
        public int index(String field) {
            return indices.getOrDefault(field, -1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A stack of headers. */
    record Stack(Type header, int size) implements Type {
        @Override
        public String toString() {
            return header + "[" + size + "]";
        }
    }

    /** enum; members have values if there is an underlying type. */
    record Enumeration(String name, Bits underlying, Map<String, BigInteger> members) implements Type {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Declared by "type": not the same as its base. */
    record Named(String name, Type base) implements Type {
        @Override
        public String toString() {
            return name;
        }
    }

    /** tuple, and lists of expressions. */
    record Tuple(List<Type> types) implements Type {
        @Override
        public String toString() {
            return "tuple<" + String.join(", ", types.stream().map(Type::toString).toList()) + ">";
        }
    }

    /** A parameter of a generic declaration. */
    record Variable(String name) implements Type {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A parameter; direction is "" if it has none. */
    record Parameter(String direction, Type type, String name, boolean optional) {
        public boolean writes() {
            return direction.endsWith("out");
        }

        public boolean reads() {
            return !direction.equals("out");
        }
    }

    /** What can be called; constructors return nothing. */
    record Signature(String name, List<String> typeParameters, List<Parameter> parameters, Type returns, boolean isAbstract) {
        /** @return whether so many arguments can be given */
        public boolean takes(int arguments) {
            return arguments <= parameters.size()
                && arguments >= parameters.stream().filter(p -> !p.optional()).count();
        }
    }

    /** An extern's declaration. Methods are added when its name is known, they may use it. */
    record Extern(String name, List<String> typeParameters, List<Signature> constructors, List<Signature> methods) {
        public Extern(String name, List<String> typeParameters) {
            this(name, typeParameters, new ArrayList<>(), new ArrayList<>());
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** An extern with its type arguments. */
    record ExternUse(Extern extern, List<Type> arguments) implements Type {
        @Override
        public String toString() {
            return extern.name() + (arguments.isEmpty() ? "" : "<"
                + String.join(", ", arguments.stream().map(Type::toString).toList()) + ">");
        }
    }

    /** The type of a parser, control or package; with type arguments, those that a package asks for. */
    record Block(String kind, String name, List<String> typeParameters, List<Parameter> parameters, List<Type> arguments)
            implements Type {
        @Override
        public String toString() {
            return kind + " " + name;
        }
    }

    /** What apply() of a table gives; its action_run; and the state of a parser. */
    record Result(Object of) implements Type {
        @Override
        public String toString() {
            return "result of a table";
        }
    }

    /** @return without names given by "type" */
    default Type base() {
        return this instanceof Named named ? named.base().base() : this;
    }

    /** @return bits that a value occupies, a variable part at its longest */
    static int width(Type type) {
        return switch (type.base()) {
            case Bits bits -> bits.width();
            case Varbit varbit -> varbit.max();
            case Simple simple when simple == Simple.BOOL -> 1;
            case Enumeration e when e.underlying() != null -> e.underlying().width();
            case Struct struct -> struct.fields().stream().mapToInt(f -> width(f.type())).sum();
            case Stack stack -> stack.size() * width(stack.header());
            case Tuple tuple -> tuple.types().stream().mapToInt(Type::width).sum();
            default -> 0;
        };
    }
}
