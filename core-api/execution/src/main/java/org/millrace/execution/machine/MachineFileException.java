package org.millrace.execution.machine;

/** A machine or mapping file cannot be read, or is malformed. The message names the file, and the line, the key, and what is allowed. */
public final class MachineFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MachineFileException(String message) {
        super(message);
    }

    MachineFileException(String place, String problem) {
        this(place + ": " + problem);
    }
}
