package org.millrace.code.analysis;

import org.millrace.code.Site;
import org.millrace.code.Violation;

/** Ends the analysis of one path: it contains something that cannot be analysed. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Violation violation;

    RefusedException(Site site, String operation, String limit) {
        super(operation, null, false, false);
        violation = new Violation(site, operation, limit);
    }

    Violation violation() {
        return violation;
    }
}
