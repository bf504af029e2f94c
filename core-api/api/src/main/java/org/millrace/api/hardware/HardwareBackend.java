package org.millrace.api.hardware;

import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;

/** A kind of hardware: says whether a program fits and runs it. Registered as a service. */
public interface HardwareBackend {
    /** {@return its name: {@code hw-bluefield}} */
    String name();

    /**
     * {@return whether its stages may see super-frames, one set of headers before more than a wire's MTU; if not, the
     * port's are cut before they reach it and it is told of none to send}
     */
    default boolean superFrames() {
        return true;
    }

    /**
     * {@return this hardware with stages of a data path on threads of their own}
     *
     * @param lanes which and how many, as a user writes it
     * @throws IllegalArgumentException if it cannot be; the message says what can
     */
    default HardwareBackend pipelined(String lanes) {
        throw new IllegalArgumentException(name() + " puts stages where its machine has them; hw-bluefield has lanes to choose");
    }

    /**
     * {@return the services of this machine for one load of a program; it admits a program only if its stages call
     * nothing else. Any thread}
     *
     * @param runtime  what the runtime has, to be handed out as it is or wrapped
     * @param capacity for how many keys
     */
    Externs externs(HostServices runtime, Capacity capacity);

    /**
     * Decides whether a program fits, without loading it.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @return the report; its {@link FitReport#fits()} is the decision
     */
    FitReport admit(Program<?> program, Capacity capacity);

    /**
     * Loads a program that fits.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param runtime  where finished items go
     * @param <M>      the program's metadata
     * @return the running pipeline; the program's {@link Program#loaded} has been called
     * @throws IllegalArgumentException if the program does not fit; the message is the first reason
     */
    <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime);
}
