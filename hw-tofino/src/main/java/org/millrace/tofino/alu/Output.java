package org.millrace.tofino.alu;

/** A word that a register access gives to the packet. */
public enum Output {
    /** The register before. */
    OLD_LO, OLD_HI,
    /** The register after. */
    NEW_LO, NEW_HI,
    /** The answers of the comparators. */
    PREDICATE
}
