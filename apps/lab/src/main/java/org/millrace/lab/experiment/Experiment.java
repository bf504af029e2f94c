package org.millrace.lab.experiment;

import java.util.List;
import java.util.Set;

/**
 * Reproduces a published table or figure, or answers a question nobody has published an answer to. The same seed and settings give
 * the same {@link Result}, byte for byte, but for experiments on live traffic.
 */
public interface Experiment {
    /** {@return what it is run by: {@code table-4.4}} */
    String name();

    /** {@return what it reproduces and of whom, in a line} */
    String reproduces();

    /** {@return what {@code --set} may change} */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** {@return whether {@code --machine} may give a file that describes the machine} */
    default boolean takesMachine() {
        return false;
    }

    /** {@return whether {@code --mapping} may give a file that places stages} */
    default boolean takesMapping() {
        return false;
    }

    /** {@return what {@code --without} may leave out} */
    default Set<String> parts() {
        return Set.of();
    }

    /**
     * Runs it.
     *
     * @param run seed, settings, and whom to tell how far it is
     * @return what came of it
     * @throws LabException if it cannot be done as asked
     */
    Result run(Run run) throws LabException;
}
