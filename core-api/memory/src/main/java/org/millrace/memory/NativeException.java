package org.millrace.memory;

/** A system call failed where that is not part of normal operation. */
public final class NativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The call's name. */
    private final String call;
    /** Linux error number, positive. */
    private final int errno;

    /**
     * Makes one.
     *
     * @param call  the call's name and what it was about: {@code open /tmp/x}
     * @param errno Linux error number, positive
     * @param text  the system's text for it
     */
    public NativeException(String call, int errno, String text) {
        super(call + ": " + text + " (errno " + errno + ")");
        this.call = call;
        this.errno = errno;
    }

    /** {@return the call's name and what it was about} */
    public String call() {
        return call;
    }

    /** {@return the Linux error number, positive} */
    public int errno() {
        return errno;
    }
}
