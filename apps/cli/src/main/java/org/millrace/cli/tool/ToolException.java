package org.millrace.cli.tool;


/** A tool cannot do what it was asked; the message is one line and says why. */
public final class ToolException extends Exception {
    /** Exit code: it did not work, a comparison found a difference, or a program is refused. */
    public static final int EXIT_FAILED = 1;
    /** Exit code: the command line is wrong, or names what there is not. */
    public static final int EXIT_WRONG = 2;

    private static final long serialVersionUID = 1L;

    /** Whose fault it is. */
    public enum Fault {
        /** What was asked for makes no sense, or names what there is not. */
        REQUEST,
        /** The instance does not run. */
        DOWN,
        /** Anything else. */
        FAILED
    }

    private final Fault fault;

    public ToolException(String message) {
        this(message, Fault.FAILED);
    }

    public ToolException(String message, Fault fault) {
        super(message);
        this.fault = fault;
    }

    /** {@return whether the reason is that the instance does not run} */
    public boolean isDown() {
        return fault == Fault.DOWN;
    }

    /** {@return what the process is to exit with} */
    public int exitCode() {
        return fault == Fault.REQUEST ? EXIT_WRONG : EXIT_FAILED;
    }
}
