package org.millrace.api.pipeline;

import java.util.Optional;

/**
 * A stage that a user adds to the programs of a data path: a packet counter, a firewall. Registered as a service; a
 * bundle that offers one has it inserted into whatever runs, and removed when it goes. The stage is admitted by the
 * hardware like any other, or refused with the reason; then what runs goes on without it.
 *
 * <p>It sees the fields of {@link SegmentMeta}, not those of a program, and its state is keyed as any stage's. State
 * keyed by context is shown among the transport's counters by the names of its accessors, and stays when the program is
 * reloaded for another reason.
 *
 * <p>Extensions at the same point run in the order of {@code jakarta.annotation.Priority} on their classes, lowest first,
 * those without one last, then by name. Methods with {@code jakarta.annotation.PostConstruct} and {@code PreDestroy} are
 * called before the stage is inserted and after it has been removed.
 */
public interface StageExtension {
    /** {@return its name, for people; unique} */
    String name();

    /** {@return where its stage goes; constant} */
    StagePoint point();

    /**
     * {@return the stage; its name is no other stage's. The same object may serve any number of loads, and run in the threads of all
     * shards of an instance at once: it has no field that changes, which is checked, and its state is each load's own}
     */
    Stage<SegmentMeta, ?> stage();

    /**
     * {@return where its stage records items, if it says that it calls a {@link Recorder}; the hardware is told before it admits the
     * stage. An instance of several shards refuses an extension that has one}
     */
    default Optional<Recorder> recorder() {
        return Optional.empty();
    }
}
