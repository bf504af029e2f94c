package org.millrace.testkit.script;

/** The stack did something else than the script says; the message has the line, what was expected and what came. */
public final class ScriptFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    ScriptFailure(String message) {
        super(message);
    }
}
