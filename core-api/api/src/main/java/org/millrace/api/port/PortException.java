package org.millrace.api.port;

/** A port cannot be opened; the message says what happened, to which port, and what to do. */
public final class PortException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened, which port, what to do
     */
    public PortException(String message) {
        super(message);
    }
}
