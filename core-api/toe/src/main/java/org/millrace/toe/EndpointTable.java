package org.millrace.toe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.Status;
import org.millrace.memory.ContextLayout;

/**
 * The endpoints that events can be about: by the number under which they were asked for until they are connected,
 * listeners for good; by the slot of their connection from then on. An id of an earlier connection in a slot finds
 * nobody. The numbers are one table for all lanes, the connections are the lane's.
 *
 * <p>Owned by: the Toe's thread.
 */
final class EndpointTable {
    private final Lane lane;
    private final Map<Long, Requester> asked;
    private final Endpoint[] connections;

    /**
     * @param asked       who has asked, by number
     * @param connections slots of the lane
     */
    EndpointTable(Lane lane, Map<Long, Requester> asked, int connections) {
        this.lane = lane;
        this.asked = asked;
        this.connections = new Endpoint[connections];
    }

    /** {@return who asked under a number, or null} */
    Requester asked(long opaque) {
        return asked.get(opaque);
    }

    /** {@return who asked under a number, and does so no more, or null} */
    Requester answered(long opaque) {
        return asked.remove(opaque);
    }

    /** Gives an endpoint its connection. Answers false, and does nothing, if the id cannot be: its slot is taken, or none. */
    boolean connect(Endpoint endpoint, int id) {
        int slot = ContextLayout.slot(id);
        if (id == 0 || slot >= connections.length || connections[slot] != null) {
            return false;
        }
        if (endpoint.lane != lane) {
            if (!(endpoint instanceof StreamSocket)) {
                return false;
            }
            endpoint.moveTo(lane); // it was expected, nobody knew where
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

    void forget(Requester requester) {
        asked.remove(requester.opaque, requester);
        if (requester instanceof Endpoint endpoint && endpoint.connection() != 0) {
            int slot = ContextLayout.slot(endpoint.connection());
            if (connections[slot] == endpoint) {
                connections[slot] = null;
            }
        }
    }

    /** The context is over, and every endpoint with it. */
    void failAll() {
        List<Requester> all = new ArrayList<>(asked.values());
        for (Endpoint endpoint : connections) {
            if (endpoint != null) {
                all.add(endpoint);
            }
        }
        all.forEach(one -> one.fail(Status.ABORTED));
    }
}
