package org.millrace.udp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The bound sockets, by their connection and by their port. Owned by: the data-path thread. */
final class SocketTable {
    /** No port is free. */
    static final int NONE = 0;
    private static final int FIRST = 49_152; // RFC 6335 §6: dynamic ports
    private static final int COUNT = 16_384;
    /** Constant work for a request: at nine tenths full one in a million is refused. */
    private static final int TRIES = 128;

    private final Map<Long, BoundSocket> byConnection = new LinkedHashMap<>();
    private final Map<Integer, List<BoundSocket>> byPort = new HashMap<>();
    private final SplittableRandom random;

    SocketTable(long seed) {
        random = new SplittableRandom(seed);
    }

    /** {@return a port that nobody has at any address, one that outsiders cannot guess (RFC 6056 §3.3.1), or {@link #NONE}} */
    int freePort() {
        for (int i = 0; i < TRIES; i++) {
            int port = FIRST + random.nextInt(COUNT);
            if (!byPort.containsKey(port)) {
                return port;
            }
        }
        return NONE;
    }

    /** {@return whether an address and port are somebody's; an address of 0 is every one} */
    boolean isTaken(int address, int port) {
        for (BoundSocket socket : byPort.getOrDefault(port, List.of())) {
            if (address == 0 || socket.address() == 0 || socket.address() == address) {
                return true;
            }
        }
        return false;
    }

    void add(BoundSocket socket) {
        byConnection.put(key(socket.context(), socket.connection()), socket);
        byPort.computeIfAbsent(socket.port(), port -> new ArrayList<>(1)).add(socket);
    }

    /** {@return the socket that was a connection's, or null} */
    BoundSocket remove(int context, int connection) {
        BoundSocket socket = byConnection.remove(key(context, connection));
        if (socket != null) {
            List<BoundSocket> same = byPort.get(socket.port());
            same.remove(socket);
            if (same.isEmpty()) {
                byPort.remove(socket.port());
            }
        }
        return socket;
    }

    BoundSocket find(int context, int connection) {
        return byConnection.get(key(context, connection));
    }

    Collection<BoundSocket> all() {
        return byConnection.values();
    }

    void clear() {
        byConnection.clear();
        byPort.clear();
    }

    private static long key(int context, int connection) {
        return (long) context << Integer.SIZE | connection & 0xffff_ffffL;
    }
}
