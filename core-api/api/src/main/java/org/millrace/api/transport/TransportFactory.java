package org.millrace.api.transport;

import java.util.Set;

/** A transport protocol, registered as a service by the bundle that implements it. */
public interface TransportFactory {
    /** {@return its name in configurations: {@code tcp-flextoe}} */
    String name();

    /** {@return its IP protocol number} */
    int protocol();

    /** {@return what it does for applications; one that does not name a transport gets the first that does what it asks for} */
    Set<Service> services();

    /** What a transport does for applications. */
    enum Service {
        /** Byte streams: CONNECT, LISTEN. */
        STREAMS,
        /** Messages: BIND. */
        MESSAGES,
        /** Messages that answer each other, requests and responses: BIND, with the transport named. */
        CALLS
    }

    /**
     * Makes the transport for one data path.
     *
     * @param host what the data path offers it
     * @return the transport, not loaded yet
     * @throws IllegalArgumentException if an option is wrong, naming key, value and what is allowed
     */
    Transport create(TransportHost host);
}
