package org.millrace.context;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.Limit;
import org.millrace.api.context.LimitException;
import org.millrace.memory.SharedMemory;

/**
 * What the contexts of an instance may take, in all and each user: how many they are, their connections (the runtime's own
 * heap goes with them), the address space that is reserved for them and the memory that is touched. Everything but the
 * last is taken when a context opens, or refused at once; what is touched is measured now and then, and who exceeds it is
 * turned out. What a context has taken is given back when its memory is closed, so not before it is gone.
 *
 * <p>Any thread.
 */
public final class ContextBudget {
    /** What is limited. */
    public enum Resource {
        /** Contexts that are open. */
        CONTEXTS("contexts", "limits.user.contexts"),
        /** Connections that they have room for. */
        CONNECTIONS("limits.connections", "limits.user.connections"),
        /** Address space, bytes. */
        RESERVED_BYTES("limits.reserved-bytes", "limits.user.reserved-bytes"),
        /** Memory in use, bytes. */
        TOUCHED_BYTES("limits.touched-bytes", "limits.user.touched-bytes");

        private final String key;
        private final String userKey;

        Resource(String key, String userKey) {
            this.key = key;
            this.userKey = userKey;
        }

        /** {@return the configuration's key of its limit for all users together} */
        public String key() {
            return key;
        }

        /** {@return the configuration's key of its limit for each user} */
        public String userKey() {
            return userKey;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * The limits.
     *
     * @param all  of all users together; every resource has one
     * @param user of each user; every resource has one
     */
    public record Limits(Map<Resource, Long> all, Map<Resource, Long> user) {
        /** Copies. */
        public Limits {
            all = Map.copyOf(all);
            user = Map.copyOf(user);
        }
    }

    private final Limits limits;
    private final EnumMap<Resource, Long> all = new EnumMap<>(Resource.class);
    private final Map<Integer, EnumMap<Resource, Long>> users = new HashMap<>();
    private final Map<String, Long> refused = new TreeMap<>();
    private final List<Lease> leases = new ArrayList<>();

    /**
     * Makes one of which nothing is taken.
     *
     * @param limits how much there is
     */
    public ContextBudget(Limits limits) {
        this.limits = limits;
    }

    /**
     * Takes what a context needs.
     *
     * @param user        id of the user whose it is
     * @param connections that it has room for
     * @param bytes       address space
     * @return what was taken; to be closed unless {@link Lease#holds} has been called
     * @throws LimitException if there is not so much left; then nothing is taken
     */
    public Lease take(int user, int connections, long bytes) {
        return take(user, 1, connections, bytes);
    }

    /**
     * Takes what a context that is counted needs in a further shard: no other context, but room for as many connections once more.
     *
     * @param user        id of the user whose it is
     * @param connections that it has room for there
     * @param bytes       address space
     * @return what was taken, as above
     * @throws LimitException if there is not so much left; then nothing is taken
     */
    public Lease takeFurther(int user, int connections, long bytes) {
        return take(user, 0, connections, bytes);
    }

    private synchronized Lease take(int user, long contexts, int connections, long bytes) {
        EnumMap<Resource, Long> wanted = new EnumMap<>(Resource.class);
        wanted.put(Resource.CONTEXTS, contexts);
        wanted.put(Resource.CONNECTIONS, (long) connections);
        wanted.put(Resource.RESERVED_BYTES, bytes);
        wanted.put(Resource.TOUCHED_BYTES, 0L);
        EnumMap<Resource, Long> own = users.getOrDefault(user, new EnumMap<>(Resource.class));
        for (Resource resource : Resource.values()) {
            long more = wanted.get(resource);
            if (resource == Resource.CONTEXTS && more == 0) {
                continue;
            }
            check(resource.key, limits.all.get(resource), all.getOrDefault(resource, 0L), more, resource, "all users have");
            check(resource.userKey, limits.user.get(resource), own.getOrDefault(resource, 0L), more, resource,
                "user " + user + " has");
        }
        Lease lease = new Lease(user, wanted);
        lease.count(1);
        leases.add(lease);
        return lease;
    }

    private void check(String key, long limit, long taken, long more, Resource resource, String who) {
        boolean spent = more == 0 && taken >= limit;
        if (spent || more > limit - taken) {
            refused.merge(key, 1L, Long::sum);
            throw new LimitException(key, who + " " + taken + " " + resource.text()
                + (more == 0 ? "" : ", " + more + " more are asked for") + ", and " + key + " allows " + limit
                + ": close contexts, ask for smaller ones, or raise it");
        }
    }

    /**
     * Measures what is touched. A user that exceeds its limit loses the context that holds most, and so does the user with
     * most if all together exceed theirs; if that does not suffice, another at the next call.
     */
    public void measure() {
        List<Lease> turnedOut = new ArrayList<>();
        synchronized (this) {
            leases.forEach(Lease::measure);
            users.forEach((user, own) -> {
                if (own.getOrDefault(Resource.TOUCHED_BYTES, 0L) > limits.user.get(Resource.TOUCHED_BYTES)) {
                    turnOut(user, Resource.TOUCHED_BYTES.userKey, turnedOut);
                }
            });
            if (turnedOut.isEmpty() && all.getOrDefault(Resource.TOUCHED_BYTES, 0L) > limits.all.get(Resource.TOUCHED_BYTES)) {
                users.entrySet().stream()
                    .max(Comparator.comparing(entry -> entry.getValue().getOrDefault(Resource.TOUCHED_BYTES, 0L)))
                    .ifPresent(most -> turnOut(most.getKey(), Resource.TOUCHED_BYTES.key, turnedOut));
            }
        }
        turnedOut.forEach(lease -> lease.excess.run()); // outside the lock: it may well close the memory
    }

    private void turnOut(int user, String key, List<Lease> turnedOut) {
        leases.stream().filter(lease -> lease.user == user && lease.excess != null)
            .max(Comparator.comparingLong(Lease::touchedBytes)).ifPresent(lease -> {
                refused.merge(key, 1L, Long::sum);
                turnedOut.add(lease);
            });
    }

    /** {@return how every limit stands} */
    public synchronized List<Limit> standings() {
        List<Limit> standings = new ArrayList<>();
        for (Resource resource : Resource.values()) {
            standings.add(new Limit(resource.key, limits.all.get(resource), all.getOrDefault(resource, 0L),
                refused.getOrDefault(resource.key, 0L)));
            long most = users.values().stream().mapToLong(own -> own.getOrDefault(resource, 0L)).max().orElse(0);
            standings.add(new Limit(resource.userKey, limits.user.get(resource), most,
                refused.getOrDefault(resource.userKey, 0L)));
        }
        return standings;
    }

    /** What one context has taken. Any thread. */
    public final class Lease implements AutoCloseable {
        private final int user;
        private final EnumMap<Resource, Long> taken;
        private SharedMemory memory;
        private Runnable excess;
        private boolean closed;

        private Lease(int user, EnumMap<Resource, Long> taken) {
            this.user = user;
            this.taken = taken;
        }

        /**
         * {@return the context's memory, which gives everything back when it is closed}
         *
         * @param fresh what was made of the size that was asked for
         */
        public SharedMemory holds(SharedMemory fresh) {
            synchronized (ContextBudget.this) {
                memory = fresh;
            }
            return new LeasedMemory(fresh, this);
        }

        /**
         * Says what to do when the context is to be closed because too much is touched.
         *
         * @param turnOut called by any thread, perhaps more than once
         */
        public void onExcess(Runnable turnOut) {
            synchronized (ContextBudget.this) {
                excess = turnOut;
            }
        }

        /** {@return what was touched when it was measured last, bytes} */
        public long touchedBytes() {
            synchronized (ContextBudget.this) {
                return taken.get(Resource.TOUCHED_BYTES);
            }
        }

        private void measure() {
            if (memory != null) {
                count(-1);
                taken.put(Resource.TOUCHED_BYTES, memory.touchedBytes());
                count(1);
            }
        }

        private void count(int sign) {
            EnumMap<Resource, Long> own = users.computeIfAbsent(user, id -> new EnumMap<>(Resource.class));
            taken.forEach((resource, amount) -> {
                all.merge(resource, sign * amount, Long::sum);
                own.merge(resource, sign * amount, Long::sum);
            });
            if (own.get(Resource.CONNECTIONS) == 0) { // every lease has some
                users.remove(user);
            }
        }

        private void forgetMemory() {
            synchronized (ContextBudget.this) {
                memory = null;
                excess = null;
            }
        }

        /** Gives back what was taken; again: nothing. */
        @Override
        public void close() {
            synchronized (ContextBudget.this) {
                if (!closed) {
                    closed = true;
                    count(-1);
                    leases.remove(this);
                }
            }
        }
    }

    /** Memory that ends a lease with itself: not measured any more, then unmapped, then given back. */
    private record LeasedMemory(SharedMemory memory, Lease lease) implements SharedMemory {
        @Override
        public MemorySegment segment() {
            return memory.segment();
        }

        @Override
        public int descriptor() {
            return memory.descriptor();
        }

        @Override
        public long release(long offset, long length) {
            return memory.release(offset, length);
        }

        @Override
        public long touchedBytes() {
            return memory.touchedBytes();
        }

        @Override
        public void close() {
            lease.forgetMemory();
            memory.release(0, memory.segment().byteSize()); // whoever still maps it holds nothing of the machine's by that
            memory.close();
            lease.close();
        }
    }
}
