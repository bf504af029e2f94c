package org.millrace.api.hardware;

import java.util.List;

/**
 * Whether a program fits a machine, where its stages go and what is in the way.
 *
 * @param placed  where each stage goes and what it occupies there
 * @param refused every violation; empty if the program fits
 * @param notes   what the machine does otherwise than a service promises, a sentence each: an order that is approximate
 *                ({@link org.millrace.api.pipeline.PriorityQueue}), a part that runs beside the machine
 *                ({@link org.millrace.api.pipeline.HostPart})
 */
public record FitReport(List<Placement> placed, List<Reason> refused, List<String> notes) {
    /**
     * Makes the report of a machine that does what its services promise.
     *
     * @param placed  where each stage goes
     * @param refused every violation
     */
    public FitReport(List<Placement> placed, List<Reason> refused) {
        this(placed, refused, List.of());
    }

    /**
     * A placed stage.
     *
     * @param workflow its workflow
     * @param stage    its name
     * @param place    where it goes, in the machine's terms
     * @param occupies what it takes there, in the machine's terms
     */
    public record Placement(String workflow, String stage, String place, String occupies) {
    }

    /**
     * A violation.
     *
     * @param stage  the stage's name
     * @param method the method, or empty
     * @param line   its source line, or 0
     * @param limit  the machine's limit that is exceeded
     * @param detail what exceeds it
     */
    public record Reason(String stage, String method, int line, String limit, String detail) {
        /** {@return the sentence for people: {@code stage, method:line: detail [limit]}, without what is empty} */
        @Override
        public String toString() {
            String code = line == 0 ? method : method + ":" + line;
            String place = stage.isEmpty() || code.isEmpty() ? stage + code : stage + ", " + code;
            return (place.isEmpty() ? "" : place + ": ") + detail + " [" + limit + "]";
        }
    }

    /** {@return whether the program fits} */
    public boolean fits() {
        return refused.isEmpty();
    }
}
