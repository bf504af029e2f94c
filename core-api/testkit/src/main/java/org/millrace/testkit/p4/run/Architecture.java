package org.millrace.testkit.p4.run;

import java.util.List;
import org.millrace.testkit.p4.value.Type;

/** What runs the externs that an architecture declares. */
public interface Architecture {
    /** An architecture whose programs are checked and not run. */
    Architecture DECLARED_ONLY = new Architecture() {
        @Override
        public Object instance(Type.ExternUse type, List<Object> arguments, String name) {
            return name;
        }

        @Override
        public Native method(String extern, String method) {
            return null;
        }
    };

    /**
     * Makes an instance.
     *
     * @param arguments of its constructor
     * @param name      with those of the controls around it
     */
    Object instance(Type.ExternUse type, List<Object> arguments, String name);

    /**
     * Finds what a call does.
     *
     * @param extern its name, "" for a function
     * @return null: not known
     */
    Native method(String extern, String method);
}
