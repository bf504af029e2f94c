package org.millrace.api.port;

import java.util.List;
import java.util.Map;

/** A kind of port, registered as a service by the bundle that implements it. */
public interface PortFactory {
    /** {@return the kind's name in configurations: {@code packet}, {@code memory}} */
    String kind();

    /**
     * Opens a port.
     *
     * @param options what the configuration says of it, keys without prefix; the implementation documents its own
     * @return the open port
     * @throws IllegalArgumentException if an option or its value is wrong, naming both and what is allowed
     * @throws PortException            if it cannot be opened, saying why and what to do
     */
    Port open(Map<String, String> options);

    /**
     * Opens a port several times: one for each of the data paths behind one address, which share what is sent to it.
     *
     * @param options  as for {@link #open(Map)}
     * @param steering who gets which frame
     * @return the open ports, {@link FrameSteering#queues} of them or one, which then gets all
     * @throws IllegalArgumentException as for {@link #open(Map)}
     * @throws PortException            as for {@link #open(Map)}
     */
    default List<Port> open(Map<String, String> options, FrameSteering steering) {
        return List.of(open(options));
    }
}
