package org.millrace.lab.experiment;

/** Is told how far a run is. */
@FunctionalInterface
public interface Progress {
    /** Nobody wants to know. */
    Progress NONE = (part, what) -> { };

    /**
     * So far it is.
     *
     * @param part of the whole, 0 to 1
     * @param what is being done
     */
    void at(double part, String what);
}
