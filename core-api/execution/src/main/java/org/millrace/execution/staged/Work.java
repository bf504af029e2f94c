package org.millrace.execution.staged;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * An item on its way through the places, and what is known of it there. Owned by: whoever drives.
 *
 * @param <M> the program's metadata
 */
public final class Work<M extends SegmentMeta> {
    /** No number. */
    static final long NONE = -1;

    M item;
    Route route;
    /** Which leg of the route it is before, on or behind. */
    int leg;
    long verdict;
    /** {@link Verdict#DIGEST} if any stage asked for it. */
    long digest;
    /** Numbers at the route's ordered legs. */
    long[] numbers = new long[0];
    int group;
    long emission;
    /** Why it is to be dropped before its next stage; 0: it is not. */
    long doom;
    boolean isYoung;
    boolean isInside;

    Work() {
    }

    void begin(M begun, Route along) {
        item = begun;
        route = along;
        leg = 0;
        verdict = Verdict.NEXT;
        digest = 0;
        doom = 0;
        emission = NONE;
        isInside = true;
        if (numbers.length < along.orderedLegs()) {
            numbers = new long[along.orderedLegs()];
        }
    }

    /** {@return the item} */
    public M item() {
        return item;
    }

    /** {@return the place it is at or goes to, by its number in the plan} */
    public int place() {
        return route.place(leg);
    }

    /** {@return whether it is at its first place} */
    public boolean isEntering() {
        return leg == 0;
    }

    /** {@return whether it is a segment to send, and at the place whose stages have decided on it} */
    public boolean isSending() {
        return route.workflow() == Workflow.TX && leg == Math.max(route.emissionLeg(), 0);
    }

    /** {@return the verdict of the last stage that ran} */
    public long verdict() {
        return verdict;
    }

    Route.Leg leg() {
        return route.legs()[leg];
    }
}
