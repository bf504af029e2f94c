package org.millrace.tofino.machine;

/** A machine file is malformed. The message names the line and the key. */
public final class MachineFileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int line;
    private final String key;

    MachineFileException(int line, String key, String problem) {
        super("machine file, line " + line + ", key " + key + ": " + problem);
        this.line = line;
        this.key = key;
    }

    /** {@return the line, from 1; the number of lines plus 1 if a key is missing} */
    public int line() {
        return line;
    }

    /** {@return the key, or as much of the line as stands in its place} */
    public String key() {
        return key;
    }
}
