package org.millrace.tofino.p4;

/** Architectures that programs are written for. */
public enum Target {
    /** Tofino 2's own: what the machine would be given. */
    T2NA,
    /** BMv2's, which anybody can run: what the text means. */
    V1MODEL;

    /** {@return its name in commands} */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** {@return the target of that name, null if there is none}
     * @param text its name in commands */
    public static Target of(String text) {
        for (Target target : values()) {
            if (target.text().equals(text)) {
                return target;
            }
        }
        return null;
    }
}
