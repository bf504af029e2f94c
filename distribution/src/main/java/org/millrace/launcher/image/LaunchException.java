package org.millrace.launcher.image;

/** The start has failed; the message is one line that says why and what is allowed. */
public final class LaunchException extends Exception {
    /** Exit code of a start that failed although the configuration makes sense. */
    public static final int FAILED = 1;
    /** Exit code of a bad command line or configuration. */
    public static final int BAD_CONFIGURATION = 2;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * Makes one.
     *
     * @param exitCode {@link #FAILED} or {@link #BAD_CONFIGURATION}
     * @param message  one line
     */
    public LaunchException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** {@return what the process is to exit with} */
    public int exitCode() {
        return exitCode;
    }
}
