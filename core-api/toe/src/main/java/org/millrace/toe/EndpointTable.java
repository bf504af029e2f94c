package org.millrace.toe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;

/**
 * The endpoints that events can be about: by the number under which they were asked for until they are connected,
 * listeners for good; by the slot of their connection from then on. An id of an earlier connection in a slot finds
 * nobody.
 *
 * <p>Owned by: the Toe's thread.
 */
final class EndpointTable {
    private final Map<Long, Endpoint> asked = new HashMap<>();
    private final Endpoint[] connections;

    /** @param connections slots of the context */
    EndpointTable(int connections) {
        this.connections = new Endpoint[connections];
    }

    /** Enters one that asks for something. */
    void ask(Endpoint endpoint) {
        asked.put(endpoint.opaque, endpoint);
    }

    /** {@return who asked under a number, or null} */
    Endpoint asked(long opaque) {
        return asked.get(opaque);
    }

    /** {@return who asked under a number, and does so no more, or null} */
    Endpoint answered(long opaque) {
        return asked.remove(opaque);
    }

    /** Gives an endpoint its connection. Answers false, and does nothing, if the id cannot be: its slot is taken, or none. */
    boolean connect(Endpoint endpoint, int id) {
        int slot = ContextLayout.slot(id);
        if (id == 0 || slot >= connections.length || connections[slot] != null) {
            return false;
        }
        connections[slot] = endpoint;
        endpoint.connection(id);
        return true;
    }

    /** {@return whose a connection is, or null} */
    Endpoint find(int id) {
        int slot = ContextLayout.slot(id);
        Endpoint endpoint = slot < connections.length ? connections[slot] : null;
        return endpoint != null && endpoint.connection() == id ? endpoint : null;
    }

    void forget(Endpoint endpoint) {
        asked.remove(endpoint.opaque, endpoint);
        int slot = ContextLayout.slot(endpoint.connection());
        if (endpoint.connection() != 0 && connections[slot] == endpoint) {
            connections[slot] = null;
        }
    }

    /** The context is over, and every endpoint with it. */
    void failAll() {
        List<Endpoint> all = new ArrayList<>(asked.values());
        for (Endpoint endpoint : connections) {
            if (endpoint != null) {
                all.add(endpoint);
            }
        }
        all.forEach(endpoint -> endpoint.fail(Status.ABORTED));
    }
}
