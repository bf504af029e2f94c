package org.millrace.runtime.swap;

/** The steps of a swap in order. What fails before {@link #COMMIT} is done leaves everything as it was. */
public enum SwapStep {
    /** The request makes sense here, and the transports take their options. The old side runs on. */
    RESOLVE,
    /** The hardware admits the programs. The old side runs on. */
    ADMIT,
    /** The programs are loaded beside the old ones. The old side runs on. */
    LOAD,
    /** The same is run between two scratch data paths: self-test and warm-up. The old side runs on. */
    WARM,
    /** The pause begins: nothing is taken in any more, what is inside comes out. */
    QUIESCE,
    /** The old control planes write what they know. */
    EXPORT,
    /** The new ones read it. */
    IMPORT,
    /** The new side is in place, and the pause ends. */
    COMMIT,
    /** The old side is told, and let go of. A failure is logged: the new side runs already. */
    RETIRE,
    /** One shard of several runs the new side, and is compared with the others: if it is worse it goes back, else they follow. */
    CANARY
}
