package org.millrace.api.pipeline;

import java.util.Locale;

/**
 * A place between the stages of a workflow.
 *
 * @param workflow the workflow
 * @param position where in it
 * @param stage    the stage's name if the position is beside one, else empty
 */
public record StagePoint(Workflow workflow, Position position, String stage) {
    /** Where. */
    public enum Position {
        /** Before all stages: a received segment as parsed, no flow known yet. */
        FIRST,
        /** Before the last stage, which ends every item that reaches it: all is known that the stages know. */
        LAST,
        /** Before a stage. */
        BEFORE,
        /** Behind a stage: items that it passes on. */
        AFTER
    }

    /**
     * {@return the point before all stages}
     *
     * @param workflow the workflow
     */
    public static StagePoint first(Workflow workflow) {
        return new StagePoint(workflow, Position.FIRST, "");
    }

    /**
     * {@return the point before the last stage}
     *
     * @param workflow the workflow
     */
    public static StagePoint last(Workflow workflow) {
        return new StagePoint(workflow, Position.LAST, "");
    }

    /**
     * {@return the point before a stage}
     *
     * @param workflow the workflow
     * @param stage    the stage's name
     */
    public static StagePoint before(Workflow workflow, String stage) {
        return new StagePoint(workflow, Position.BEFORE, stage);
    }

    /**
     * {@return the point behind a stage}
     *
     * @param workflow the workflow
     * @param stage    the stage's name
     */
    public static StagePoint after(Workflow workflow, String stage) {
        return new StagePoint(workflow, Position.AFTER, stage);
    }

    @Override
    public String toString() {
        return workflow + " " + (position.name() + " " + stage).strip().toLowerCase(Locale.ROOT);
    }
}
