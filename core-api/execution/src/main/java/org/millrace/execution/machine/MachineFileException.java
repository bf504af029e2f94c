package org.millrace.execution.machine;

/** A machine or mapping file is malformed. The message names the file, the line, the key, and what is allowed. */
public final class MachineFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MachineFileException(String place, String problem) {
        super(place + ": " + problem);
    }
}
