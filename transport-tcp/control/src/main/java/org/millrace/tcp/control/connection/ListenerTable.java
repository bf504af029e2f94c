package org.millrace.tcp.control.connection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.millrace.tcp.control.format.Fields;

/** Listeners by address and port. Several contexts of one application may share one; they get connections in turn. */
public final class ListenerTable {
    private static final int MAX_LISTENING = 1 << 20;

    private record Key(int address, int port) {
    }

    private static final class Group {
        final List<Listener> members = new ArrayList<>();
        int turn;
    }

    private final Map<Key, Group> groups = new HashMap<>();
    private final Map<Integer, Listener> byNumber = new HashMap<>();
    private int lastNumber;

    public Listener add(int address, int port, int context, long opaque, int backlog) {
        Listener listener = new Listener(++lastNumber, address, port, context, opaque, backlog);
        groups.computeIfAbsent(new Key(address, port), k -> new Group()).members.add(listener);
        byNumber.put(listener.number, listener);
        return listener;
    }

    public void remove(Listener listener) {
        Key key = new Key(listener.address, listener.port);
        Group group = groups.get(key);
        group.members.remove(listener);
        if (group.members.isEmpty()) {
            groups.remove(key);
        }
        byNumber.remove(listener.number);
        listener.closed = true;
    }

    /** {@return the listener of a number, or null} */
    public Listener byNumber(int number) {
        return byNumber.get(number);
    }

    /** {@return whether the context listens there already} */
    public boolean has(int address, int port, int context) {
        Group group = groups.get(new Key(address, port));
        return group != null && group.members.stream().anyMatch(l -> l.context == context);
    }

    /**
     * {@return whether an application listens on the port that may not share it, at this address or at all of them}
     *
     * @param shares whether a context may
     */
    public boolean isTaken(int address, int port, IntPredicate shares) {
        return byNumber.values().stream().anyMatch(l -> l.port == port
            && (l.address == address || l.address == 0 || address == 0) && !shares.test(l.context));
    }

    /** {@return whether anybody listens on the port, whatever the address} */
    public boolean usesPort(int port) {
        return byNumber.values().stream().anyMatch(l -> l.port == port);
    }

    /** {@return whether a SYN for this address would find somebody} */
    public boolean listens(int address, int port) {
        return find(address, port) != null;
    }

    /**
     * {@return whose turn it is among those that fit, or null; a listener of the address comes before one of all}
     *
     * @param fits which would do
     */
    public Listener next(int address, int port, Predicate<Listener> fits) {
        Group group = find(address, port);
        if (group == null) {
            return null;
        }
        int size = group.members.size();
        for (int i = 0; i < size; i++) {
            int at = (group.turn + i) % size;
            Listener candidate = group.members.get(at);
            if (fits.test(candidate)) {
                group.turn = (at + 1) % size;
                return candidate;
            }
        }
        return null;
    }

    private Group find(int address, int port) {
        Group exact = groups.get(new Key(address, port));
        return exact != null ? exact : groups.get(new Key(0, port));
    }

    /** Writes or reads all listeners, and whose turn it is. */
    public void walk(Fields f) throws IOException {
        lastNumber = f.number("last listener", lastNumber, 0, Integer.MAX_VALUE);
        List<Key> keys = new ArrayList<>(groups.keySet());
        int count = f.number("listening addresses", keys.size(), 0, MAX_LISTENING);
        for (int i = 0; i < count; i++) {
            Key had = i < keys.size() ? keys.get(i) : new Key(0, 0);
            Key key = new Key(f.i32(had.address), f.number("port", had.port, 1, 65_535));
            Group group = groups.computeIfAbsent(key, k -> new Group());
            walk(f, key, group);
        }
    }

    private void walk(Fields f, Key key, Group group) throws IOException {
        int members = f.number("listeners", group.members.size(), 1, MAX_LISTENING);
        group.turn = f.number("turn", group.turn, 0, members);
        for (int i = 0; i < members; i++) {
            boolean there = i < group.members.size();
            Listener had = there ? group.members.get(i) : new Listener(0, key.address, key.port, 0, 0, 0);
            Listener listener = new Listener(f.number("listener", had.number, 1, lastNumber), key.address, key.port,
                    f.number("context", had.context, 0, Integer.MAX_VALUE), f.i64(had.opaque),
                    f.number("backlog", had.backlog, 1, Integer.MAX_VALUE));
            if (!there) {
                group.members.add(listener);
                byNumber.put(listener.number, listener);
            }
        }
    }

    public void clear() {
        groups.clear();
        byNumber.clear();
    }

    public Collection<Listener> all() {
        return byNumber.values();
    }
}
