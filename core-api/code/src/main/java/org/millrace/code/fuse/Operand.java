package org.millrace.code.fuse;

import java.lang.classfile.TypeKind;

/**
 * What an instruction takes from the stack. What is known when the code is copied is not on the real stack, unless it is a
 * number.
 */
sealed interface Operand {
    /** The metadata. */
    Operand META = new Held("metadata");
    /** The stage's state. */
    Operand STATE = new Held("state");

    /** {@return whether it takes a place on the real stack} */
    default boolean isReal() {
        return this instanceof Real;
    }

    /**
     * Something on the real stack.
     *
     * @param kind     its type
     * @param constant its value if it is known, else null
     * @param op       the operation that has pushed the constant
     */
    record Real(TypeKind kind, Number constant, int op) implements Operand {
        Real(TypeKind kind) {
            this(kind, null, -1);
        }

        boolean isWide() {
            return kind.slotSize() == 2;
        }

        Real unknown() {
            return constant == null ? this : new Real(kind);
        }
    }

    /**
     * A view.
     *
     * @param name of what
     */
    record Held(String name) implements Operand {
    }

    /**
     * An object that is there when the code is copied. Equal if it is the same.
     *
     * @param value    the object or null
     * @param isShared whether all loads have this one
     */
    record Known(Object value, boolean isShared) implements Operand {
        @Override
        public boolean equals(Object other) {
            return other instanceof Known known && known.value == value;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(value);
        }
    }
}
