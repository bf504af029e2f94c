package org.millrace.testkit.script;

/** A script cannot be read; the message is one line, with file and line number. */
public final class ScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScriptException(String message) {
        super(message);
    }
}
