package org.millrace.tcp.control.connection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.millrace.tcp.control.wire.Endpoints;

/** All connections: in their handshake by their ends; installed ones by their ends, flow, and id in the context. */
public final class ConnectionTable {
    private final Map<Endpoints, HalfOpen> halfOpen = new HashMap<>();
    private final Map<Integer, Set<HalfOpen>> asked = new HashMap<>();
    private final Map<Integer, Set<HalfOpen>> offered = new HashMap<>();
    private final Map<Numbered, HalfOpen> byNumber = new HashMap<>();
    private int offers;
    private final Map<Endpoints, TcpConnection> byEnds = new HashMap<>();
    private final Map<Long, TcpConnection> byHandle = new HashMap<>();
    private final TcpConnection[] byFlow;

    /** A CONNECT's, as its context has chosen it. */
    private record Numbered(int context, long opaque) {
        static Numbered of(HalfOpen handshake) {
            return new Numbered(handshake.context, handshake.opaque);
        }
    }

    public ConnectionTable(int flows) {
        byFlow = new TcpConnection[flows + 1];
    }

    public void add(HalfOpen handshake) {
        halfOpen.put(handshake.ends, handshake);
        byContext(handshake).computeIfAbsent(handshake.context, c -> new LinkedHashSet<>()).add(handshake);
        if (handshake.active()) {
            byNumber.put(Numbered.of(handshake), handshake);
        } else {
            offers++;
            handshake.listener.handshakes.add(handshake);
        }
    }

    private Map<Integer, Set<HalfOpen>> byContext(HalfOpen handshake) {
        return handshake.active() ? asked : offered;
    }

    public void remove(HalfOpen handshake) {
        if (!halfOpen.remove(handshake.ends, handshake)) {
            return;
        }
        byContext(handshake).computeIfPresent(handshake.context, (context, set) -> {
            set.remove(handshake);
            return set.isEmpty() ? null : set;
        });
        if (handshake.active()) {
            byNumber.remove(Numbered.of(handshake), handshake);
        } else {
            offers--;
            handshake.listener.handshakes.remove(handshake);
        }
    }

    /** {@return handshakes that a context has asked for} */
    public int connecting(int context) {
        return asked.getOrDefault(context, Set.of()).size();
    }

    /** {@return handshakes at the listeners of a context} */
    public int offered(int context) {
        return offered.getOrDefault(context, Set.of()).size();
    }

    /** {@return handshakes at all listeners} */
    public int offered() {
        return offers;
    }

    /** {@return the most handshakes that a context has asked for} */
    public int mostConnecting() {
        return asked.values().stream().mapToInt(Set::size).max().orElse(0);
    }

    /** {@return the most handshakes at the listeners of a context} */
    public int mostOffered() {
        return offered.values().stream().mapToInt(Set::size).max().orElse(0);
    }

    /** {@return the handshakes of a context, as a copy that stays when they are removed} */
    public List<HalfOpen> halfOpen(int context) {
        List<HalfOpen> found = new ArrayList<>(asked.getOrDefault(context, Set.of()));
        found.addAll(offered.getOrDefault(context, Set.of()));
        return found;
    }

    /** Adds a connection; one without a flow is known to its application only. */
    public void add(TcpConnection connection) {
        byHandle.put(handle(connection.context, connection.connection), connection);
        if (connection.flow != 0) {
            byEnds.put(connection.ends, connection);
            byFlow[connection.flow] = connection;
        }
    }

    /** Its flow is gone; the application still knows it. */
    public void detach(TcpConnection connection) {
        byEnds.remove(connection.ends, connection);
        byFlow[connection.flow] = null;
        connection.flow = 0;
    }

    /** The application has closed it. */
    public void forget(TcpConnection connection) {
        byHandle.remove(handle(connection.context, connection.connection), connection);
    }

    /** Somebody else has them now. */
    public void clear() {
        byEnds.clear();
        byHandle.clear();
        Arrays.fill(byFlow, null);
    }

    /** It is another context's now. */
    public void move(TcpConnection connection, int context, int id) {
        forget(connection);
        connection.context = context;
        connection.connection = id;
        byHandle.put(handle(context, id), connection);
    }

    /** {@return the handshake that a context's CONNECT of that number has begun, or null} */
    public HalfOpen asked(int context, long opaque) {
        return byNumber.get(new Numbered(context, opaque));
    }

    public HalfOpen halfOpen(Endpoints ends) {
        return halfOpen.get(ends);
    }

    public TcpConnection byEnds(Endpoints ends) {
        return byEnds.get(ends);
    }

    public TcpConnection byHandle(int context, int connection) {
        return byHandle.get(handle(context, connection));
    }

    public TcpConnection byFlow(int flow) {
        return flow > 0 && flow < byFlow.length ? byFlow[flow] : null;
    }

    public boolean has(Endpoints ends) {
        return byEnds.containsKey(ends) || halfOpen.containsKey(ends);
    }

    public Collection<TcpConnection> connections() {
        return byHandle.values();
    }

    public Collection<HalfOpen> halfOpen() {
        return halfOpen.values();
    }

    /** {@return those that match, as a copy that stays when they are removed} */
    public List<TcpConnection> connections(Predicate<TcpConnection> which) {
        List<TcpConnection> found = new ArrayList<>(byHandle.values());
        found.removeIf(which.negate());
        return found;
    }

    /** {@return those that match, as a copy that stays when they are removed} */
    public List<HalfOpen> halfOpen(Predicate<HalfOpen> which) {
        List<HalfOpen> found = new ArrayList<>(halfOpen.values());
        found.removeIf(which.negate());
        return found;
    }

    private static long handle(int context, int connection) {
        return (long) context << 32 | connection & 0xffff_ffffL;
    }
}
