package org.millrace.testkit.p4;

import java.util.Set;
import org.millrace.testkit.p4.check.Checker;
import org.millrace.testkit.p4.run.Architecture;
import org.millrace.testkit.p4.source.P4Exception;

/** Holds programs against the declarations of the Tofino 2 native architecture; it runs none. */
public final class T2na {
    private T2na() {
    }

    /**
     * Reads a program.
     *
     * @param name of the text, for messages
     * @return the names of its tables, with their controls'
     * @throws P4Exception it is not right, with every reason
     */
    public static Set<String> check(String name, String text) {
        Checker.Result program = Checker.check(name, text, Architecture.DECLARED_ONLY);
        if (!program.mainType().name().equals("Switch")) {
            throw new P4Exception("main is " + program.mainType().name() + ", T2NA's is a Switch");
        }
        return program.tables().keySet();
    }
}
