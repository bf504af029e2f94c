package org.millrace.cli;

/** A tool cannot do what it was asked; the message is one line and says why. */
final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    ToolException(String message) {
        super(message);
    }
}
