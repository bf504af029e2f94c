package org.millrace.testkit.p4.check;

import java.util.List;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Exec;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.value.Type;

/** What a name stands for. */
sealed interface Symbol {
    /** A type. */
    record TypeName(Type type) implements Symbol {
    }

    /** A generic extern. */
    record ExternName(Type.Extern extern) implements Symbol {
    }

    /** A parser, control or package that is declared; it can be made if it has a text. */
    record BlockName(Type.Block type, P4Parser.DeclarationContext text, Scope scope) implements Symbol {
    }

    /** Known when the text is read: constants, instances. */
    record Constant(Type type, Object value) implements Symbol {
    }

    /** A variable or parameter. */
    record Variable(Type type, Layout layout, int slot, boolean readOnly) implements Symbol {
    }

    /** A function: of the text, or an extern's if it has no body. */
    record Function(Type.Signature signature, Routine routine) implements Symbol {
    }

    /** An action. */
    record Action(String name, List<Type.Parameter> parameters, Routine routine) implements Symbol {
    }

    /** A table, and what makes keys of a frame of its control. */
    record TableName(Table table, Layout layout, List<Expr> keys) implements Symbol {
    }

    /** A value set of a parser; nothing is in it. */
    record ValueSet(Type type) implements Symbol {
    }

    /** A text with parameters. The body is set when it is checked, recursion is none (§9.4). */
    final class Routine {
        final Layout layout;
        final Layout declaredIn;
        Exec body;

        Routine(Layout layout, Layout declaredIn) {
            this.layout = layout;
            this.declaredIn = declaredIn;
        }
    }
}
