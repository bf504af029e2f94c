package org.millrace.api.port;

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
}
