package org.millrace.api.pipeline;

/**
 * Makes a program another one before it is admitted: adds stages at points of its workflows, say. What it makes is
 * admitted, or refused, as any program.
 */
public interface ProgramExtension {
    /** {@return its name, for people} */
    String name();

    /**
     * Extends a program that is not loaded yet. Called for each load, scratch ones for warming up included, so it keeps
     * nothing of the program.
     *
     * @param program what the transport has made; its control plane goes on using it, so {@link Program#loaded} and all
     *                that the result does not change must reach it
     * @param <M>     its metadata
     * @return the program to load instead
     * @throws IllegalArgumentException if it does not suit the program, with the reason
     */
    <M extends SegmentMeta> Program<M> extend(Program<M> program);
}
