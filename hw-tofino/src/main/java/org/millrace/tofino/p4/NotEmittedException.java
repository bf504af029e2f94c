package org.millrace.tofino.p4;

import java.util.List;

/** A program cannot be written as P4. */
public final class NotEmittedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> reasons;

    NotEmittedException(List<String> reasons) {
        super(String.join("\n", reasons));
        this.reasons = List.copyOf(reasons);
    }

    /** {@return every reason: stage, line, operation, limit} */
    public List<String> reasons() {
        return reasons;
    }
}
