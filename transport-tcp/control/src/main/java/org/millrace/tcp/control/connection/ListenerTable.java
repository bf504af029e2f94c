package org.millrace.tcp.control.connection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.millrace.api.context.StreamOption;
import org.millrace.tcp.control.format.Fields;

/**
 * Listeners by address and port. Several contexts of one application may share one, if all of them want to; a connection goes
 * to the one with the least to do, among equals in turn.
 */
public final class ListenerTable {
    private static final int MAX_LISTENING = 1 << 20;
    /** How many are compared: a SYN must not cost more, the more contexts an application has. */
    private static final int COMPARED = 16;

    /** Those at one address and port: one, or several of one application that share it. */
    private static final class Group {
        final int address;
        final int port;
        final List<Listener> members = new ArrayList<>();
        final Set<Integer> contexts = new HashSet<>();
        int turn;

        Group(int address, int port) {
            this.address = address;
            this.port = port;
        }

        void add(Listener listener) {
            members.add(listener);
            contexts.add(listener.context);
        }

        void remove(Listener listener) {
            int at = members.indexOf(listener);
            members.remove(at);
            contexts.remove(listener.context);
            turn = members.isEmpty() ? 0 : (at < turn ? turn - 1 : turn) % members.size();
        }
    }

    private final Map<Integer, Map<Integer, Group>> byPort = new HashMap<>();
    private final Map<Integer, Listener> byNumber = new HashMap<>();
    private final Map<Integer, Set<Listener>> byContext = new HashMap<>();
    private final BitSet ports = new BitSet();
    private int lastNumber;

    public Listener add(int address, int port, int context, long opaque, int backlog, boolean alone, int dscp) {
        Listener listener = new Listener(++lastNumber, address, port, context, opaque, backlog, alone, dscp);
        put(group(address, port), listener);
        return listener;
    }

    private Group group(int address, int port) {
        ports.set(port);
        return byPort.computeIfAbsent(port, p -> new LinkedHashMap<>()).computeIfAbsent(address, a -> new Group(a, port));
    }

    private void put(Group group, Listener listener) {
        group.add(listener);
        byNumber.put(listener.number, listener);
        byContext.computeIfAbsent(listener.context, c -> new LinkedHashSet<>()).add(listener);
    }

    public void remove(Listener listener) {
        Map<Integer, Group> groups = byPort.get(listener.port);
        Group group = groups.get(listener.address);
        group.remove(listener);
        if (group.members.isEmpty()) {
            groups.remove(listener.address);
        }
        if (groups.isEmpty()) {
            byPort.remove(listener.port);
            ports.clear(listener.port);
        }
        byNumber.remove(listener.number);
        byContext.computeIfPresent(listener.context, (context, set) -> {
            set.remove(listener);
            return set.isEmpty() ? null : set;
        });
        listener.closed = true;
    }

    /** {@return the listener of a number, or null} */
    public Listener byNumber(int number) {
        return byNumber.get(number);
    }

    /** {@return the listeners of a context, as a copy that stays when they are removed} */
    public List<Listener> of(int context) {
        return List.copyOf(byContext.getOrDefault(context, Set.of()));
    }

    /** {@return how many listeners a context has} */
    public int count(int context) {
        return byContext.getOrDefault(context, Set.of()).size();
    }

    /** {@return the most listeners that a context has} */
    public int most() {
        return byContext.values().stream().mapToInt(Set::size).max().orElse(0);
    }

    /** {@return whether the context listens there already} */
    public boolean has(int address, int port, int context) {
        Group group = byPort.getOrDefault(port, Map.of()).get(address);
        return group != null && group.contexts.contains(context);
    }

    /**
     * {@return whether somebody listens on the port who does not share it, at this address or at all of them}
     *
     * @param shares whether a listener does; those at one address and port are one application's, and all share it or there
     *               is one
     */
    public boolean isTaken(int address, int port, Predicate<Listener> shares) {
        Map<Integer, Group> groups = byPort.getOrDefault(port, Map.of());
        return address == 0 ? groups.values().stream().anyMatch(group -> isAnothers(group, shares))
            : isAnothers(groups.get(address), shares) || isAnothers(groups.get(0), shares);
    }

    private static boolean isAnothers(Group group, Predicate<Listener> shares) {
        return group != null && !shares.test(group.members.getFirst());
    }

    /** {@return the ports that somebody listens on, whatever the address} */
    public BitSet ports() {
        return ports;
    }

    /** {@return whether a SYN for this address would find somebody} */
    public boolean listens(int address, int port) {
        return find(address, port) != null;
    }

    /**
     * {@return the one with the least to do of the next {@value #COMPARED} whose turn it is and that fit, or null; a listener of
     * the address comes before one of all}
     *
     * @param fits which would do
     * @param load how much each has to do
     */
    public Listener leastLoaded(int address, int port, Predicate<Listener> fits, ToIntFunction<Listener> load) {
        Group group = find(address, port);
        if (group == null) {
            return null;
        }
        int size = group.members.size();
        int least = Integer.MAX_VALUE;
        int found = -1;
        for (int i = 0, compared = 0; i < size && compared < COMPARED; i++) {
            int at = (group.turn + i) % size;
            Listener candidate = group.members.get(at);
            if (fits.test(candidate)) {
                compared++;
                int its = load.applyAsInt(candidate);
                if (its < least) {
                    least = its;
                    found = at;
                }
            }
        }
        return found < 0 ? null : taken(group, found);
    }

    private static Listener taken(Group group, int at) {
        group.turn = (at + 1) % group.members.size();
        return group.members.get(at);
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
            if (fits.test(group.members.get(at))) {
                return taken(group, at);
            }
        }
        return null;
    }

    private Group find(int address, int port) {
        Map<Integer, Group> groups = byPort.getOrDefault(port, Map.of());
        Group exact = groups.get(address);
        return exact != null ? exact : groups.get(0);
    }

    /** Writes or reads all listeners, and whose turn it is. */
    public void walk(Fields f) throws IOException {
        lastNumber = f.number("last listener", lastNumber, 0, Integer.MAX_VALUE);
        List<Group> all = byPort.values().stream().flatMap(groups -> groups.values().stream()).toList();
        int count = f.number("listening addresses", all.size(), 0, MAX_LISTENING);
        for (int i = 0; i < count; i++) {
            boolean there = i < all.size();
            int address = f.i32(there ? all.get(i).address : 0);
            int port = f.number("port", there ? all.get(i).port : 0, 1, 65_535);
            walk(f, there ? all.get(i) : group(address, port));
        }
    }

    private void walk(Fields f, Group group) throws IOException {
        int members = f.number("listeners", group.members.size(), 1, MAX_LISTENING);
        group.turn = f.number("turn", group.turn, 0, members);
        for (int i = 0; i < members; i++) {
            boolean there = i < group.members.size();
            Listener had = there ? group.members.get(i) : new Listener(0, group.address, group.port, 0, 0, 0, false, 0);
            Listener listener = new Listener(f.number("listener", had.number, 1, lastNumber), group.address, group.port,
                    f.number("context", had.context, 0, Integer.MAX_VALUE), f.i64(had.opaque),
                    f.number("backlog", had.backlog, 1, Integer.MAX_VALUE), f.bit(had.alone),
                    f.number("code point", had.dscp, 0, StreamOption.DSCP.most()));
            if (!there) {
                put(group, listener);
            }
        }
    }

    public void clear() {
        byPort.clear();
        byNumber.clear();
        byContext.clear();
        ports.clear();
    }

    public Collection<Listener> all() {
        return byNumber.values();
    }
}
