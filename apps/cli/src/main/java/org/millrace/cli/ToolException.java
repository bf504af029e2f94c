package org.millrace.cli;

/** A tool cannot do what it was asked; the message is one line and says why. */
final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    enum Fault {
        /** What was asked for makes no sense, or names what there is not. */
        REQUEST,
        /** The instance does not run. */
        DOWN,
        /** Anything else. */
        FAILED
    }

    private final Fault fault;

    ToolException(String message) {
        this(message, Fault.FAILED);
    }

    ToolException(String message, Fault fault) {
        super(message);
        this.fault = fault;
    }

    /** {@return whether the reason is that the instance does not run} */
    boolean isDown() {
        return fault == Fault.DOWN;
    }

    /** {@return what the process is to exit with} */
    int exitCode() {
        return fault == Fault.REQUEST ? Main.WRONG : Main.FAILED;
    }
}
