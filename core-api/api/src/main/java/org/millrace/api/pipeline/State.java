package org.millrace.api.pipeline;

/** A stage's private state for one key (a flow, a message, a context). All fields are 0 until somebody writes them. */
public abstract class State extends View {
    /** Makes a view that is nowhere yet. */
    protected State() {
    }

    /** The state of a stage that has none. */
    public static final class None extends State {
        /** Makes one. */
        public None() {
        }
    }
}
