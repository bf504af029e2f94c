package org.millrace.code.analysis;

/** A reference on the symbolic stack. */
sealed interface Ref {
    /** The metadata or the state; {@code type} is its class. */
    record View(Expr.Source source, Class<?> type) implements Ref {
    }

    /** An object that exists: the stage itself, an enum constant. {@code object} is null for the null reference. */
    record Known(Object object) implements Ref {
    }

    /** A service of the machine. */
    record Service(Class<?> type) implements Ref {
    }
}
