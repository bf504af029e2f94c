package org.millrace.code.check;

import org.millrace.api.pipeline.Extern;

/** What is known of a value while a method is followed. */
sealed interface Value {
    /** Any int, float or smaller. */
    Value INT = new Int(null);
    /** Any long or double. */
    Value WIDE = new Wide(null);
    /** A reference of which nothing is known. */
    Value UNKNOWN = new Unknown();

    /** An int; null if it is not always the same. */
    record Int(Integer constant) implements Value {
    }

    /** A long; null if it is not always the same. */
    record Wide(Long constant) implements Value {
    }

    /** The item's metadata, or the stage's state. */
    record View(boolean isState, Class<?> type) implements Value {
    }

    /** A service of the machine. */
    record Service(Class<?> type) implements Value {
    }

    /** An object that exists; null for the null reference. Equal if it is the same. */
    record Known(Object object) implements Value {
        @Override
        public boolean equals(Object other) {
            return other instanceof Known(Object theirs) && theirs == object;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(object);
        }
    }

    /** A reference of which nothing is known. */
    record Unknown() implements Value {
    }

    /** {@return whether it takes two slots} */
    default boolean isWide() {
        return this instanceof Wide;
    }

    /** {@return whether it is a number that is always the same} */
    default boolean isConstant() {
        return switch (this) {
            case Int(Integer constant) -> constant != null;
            case Wide(Long constant) -> constant != null;
            default -> false;
        };
    }

    /** {@return the value without its constant} */
    default Value widened() {
        return switch (this) {
            case Int i -> INT;
            case Wide w -> WIDE;
            default -> this;
        };
    }

    /** {@return what is known if it is either} */
    static Value either(Value a, Value b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.equals(b) ? a : a.widened().equals(b.widened()) ? a.widened() : UNKNOWN;
    }

    /** {@return any value of a type} */
    static Value any(Class<?> type) {
        if (!type.isPrimitive()) {
            return UNKNOWN;
        }
        return type == long.class || type == double.class ? WIDE : INT;
    }

    /**
     * {@return the value of a field that does not change}
     *
     * @param declared the field's type
     * @param value    what it holds
     */
    static Value of(Class<?> declared, Object value) {
        return switch (value) {
            case Integer i -> new Int(i);
            case Short s -> new Int((int) s);
            case Byte b -> new Int((int) b);
            case Character c -> new Int((int) c);
            case Boolean b -> new Int(b ? 1 : 0);
            case Long l -> new Wide(l);
            case Float f -> INT;
            case Double d -> WIDE;
            case Extern e -> new Service(service(e.getClass(), declared));
            case null -> Extern.class.isAssignableFrom(declared) ? new Service(declared) : new Known(null);
            default -> new Known(value);
        };
    }

    /** The extern's interface: the declared one, or the first that the object's class has. */
    private static Class<?> service(Class<?> type, Class<?> declared) {
        if (declared.isInterface() && Extern.class.isAssignableFrom(declared)) {
            return declared;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Class<?> i : c.getInterfaces()) {
                if (i != Extern.class && Extern.class.isAssignableFrom(i)) {
                    return i;
                }
            }
        }
        return type;
    }
}
