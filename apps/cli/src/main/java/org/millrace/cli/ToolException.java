package org.millrace.cli;

/** A tool cannot do what it was asked; the message is one line and says why. */
final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean down;

    ToolException(String message) {
        this(message, false);
    }

    /** @param down whether the reason is that the instance does not run */
    ToolException(String message, boolean down) {
        super(message);
        this.down = down;
    }

    /** {@return whether the reason is that the instance does not run} */
    boolean isDown() {
        return down;
    }
}
