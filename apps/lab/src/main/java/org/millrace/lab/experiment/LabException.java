package org.millrace.lab.experiment;

/** An experiment cannot be done as asked; the message is one line, says why and what is allowed. */
public final class LabException extends Exception {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }
}
