package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.memory.DescriptorRing;
import org.millrace.memory.FutexSet;
import org.millrace.toe.sleep.PollSleep;
import org.millrace.toe.sleep.SelectorSleep;

/**
 * A context: the endpoints of one application thread. Where the instance has several shards it is in all of them, and this is
 * the one place to poll.
 *
 * <p>The application's loop is {@link #poll}, then {@link #nextReady} until it answers null. What becomes ready is an
 * edge: an endpoint is listed once when an event has arrived for it, however many there were. What can be done with it is
 * a level, to be asked of the endpoint: one that was not read empty is not listed again by itself, see
 * {@link Endpoint#again}. An endpoint not yet fetched stays listed, and {@code poll} does not sleep meanwhile.
 *
 * <p>Requests gather until {@link #flush} or {@code poll}: bumps of a socket in between become one descriptor. If the
 * request ring is full they stay owed and nothing is lost.
 *
 * <p>A loop that also serves kernel channels sleeps in its own selector: it registers {@link #wakeChannel} there for
 * reading, and its round is {@code poll(0)}, the ready endpoints, {@link #beforeSelect}, its select,
 * {@link #afterSelect}. To wake it is the selector's business then.
 *
 * <p>If the runtime goes away, or its side of the rings shows impossible numbers, every endpoint fails with
 * {@link Status#ABORTED} and {@code poll} no longer sleeps: a loop asks {@link #isOpen}.
 *
 * <p>Owned by: one thread, the application's. Only {@link #wakeup} is for others.
 */
public final class Toe implements AutoCloseable {
    /** {@link #affinity}: every shard in turn. */
    public static final int ANY_SHARD = -1;

    // Nobody announces that a full request ring has room again, so sleep is cut to this while something is owed.
    private static final long FULL_RING_SLEEP_NS = 100_000;
    /** How often {@link #close} waits for room for what is owed. */
    private static final int FULL_RING_TRIES = 1_000;

    private final ContextGrant grant;
    private final Map<Long, Requester> asked = new HashMap<>();
    private final Lane first;
    /** Lanes of the other shards: none for most. */
    private final Lane[] others;
    private final ArrayDeque<Endpoint> ready = new ArrayDeque<>();
    private final Object bellLock = new Object();
    private final PollSleep pollSleep;
    private final SelectorSleep selectorSleep;
    private boolean ringFull;
    private int listed;
    private long lastOpaque;
    private int affinity = ANY_SHARD;
    /** The shard of the next stream, where no affinity says which. */
    private int turn;
    private String failure;
    private boolean closed;

    /** @param futexes whether a thread can sleep on several words at once */
    Toe(ContextGrant grant, boolean futexes) {
        this.grant = grant;
        List<ContextGrant> shards = grant.shards();
        first = new Lane(this, 0, shards.getFirst(), asked);
        others = new Lane[shards.size() - 1];
        for (int i = 0; i < others.length; i++) {
            others[i] = new Lane(this, i + 1, shards.get(i + 1), asked);
        }
        List<DescriptorRing> rings = IntStream.range(0, shards()).mapToObj(shard -> lane(shard).events).toList();
        pollSleep = new PollSleep(grant, rings, futexes, this::served);
        selectorSleep = new SelectorSleep(grant, rings);
        turn = first.layout.context() / shards() % shards();
    }

    /**
     * Attaches to a context.
     *
     * @param grant the context; closed with the Toe
     * @return its application side
     * @throws IllegalArgumentException if the region is of another version
     * @throws IllegalStateException    if the instance has several shards and this system cannot sleep for them
     */
    public static Toe open(ContextGrant grant) {
        return new Toe(grant, FutexSet.isSupported());
    }

    /**
     * Opens a context and attaches to it.
     *
     * @param provider of contexts
     * @param size     of the context
     * @return its application side
     * @throws IllegalStateException if there is no context left
     */
    public static Toe open(ContextProvider provider, ContextSize size) {
        return open(provider.open(size));
    }

    /**
     * Opens a context of an instance that runs in another process, and attaches to it.
     *
     * @param instance its name, or the absolute path of its directory
     * @return the application side
     * @throws Attach.AttachException if there is no context to be had; the message is one line and says why
     */
    public static Toe attach(String instance) throws Attach.AttachException {
        return open(Attach.context(instance, ContextSize.DEFAULT));
    }

    /** {@return the instance it belongs to} */
    public String instance() {
        return grant.instance();
    }

    /** {@return the memory that messages' offsets are in; a stream has its own: {@link StreamSocket#region}} */
    public MemorySegment region() {
        return first.layout.region();
    }

    /** {@return in how many shards of the instance it is} */
    public int shards() {
        return others.length + 1;
    }

    /**
     * Chooses the shard of the streams that {@link #connect} opens from now on. Without a choice they go to the shards in turn.
     * A stream from a local port that was named is in the shard that its frames come to, and an accepted one too.
     *
     * @param shard from 0, any number: it is taken modulo {@link #shards}; or {@link #ANY_SHARD}
     */
    public void affinity(int shard) {
        affinity = shard == ANY_SHARD ? ANY_SHARD : Math.floorMod(shard, shards());
    }

    /** {@return whether the runtime serves it} */
    public boolean isOpen() {
        return failure == null;
    }

    /**
     * Opens a stream with the first transport that has streams.
     *
     * @param peer whom to connect to
     * @return the stream; ready once it is connected or has failed
     */
    public StreamSocket connect(InetSocketAddress peer) {
        return connect(peer, null, null);
    }

    /**
     * Opens a stream.
     *
     * @param peer      whom to connect to
     * @param local     wanted local address, or null
     * @param transport its name, or null: the first that fits
     * @return the stream; ready once it is connected or has failed
     */
    public StreamSocket connect(InetSocketAddress peer, InetSocketAddress local, String transport) {
        resolved(peer);
        return ask(new StreamSocket(this, nextLane(), code(transport), number(), local, peer));
    }

    /**
     * Takes streams with the first transport that has streams. Other contexts of this application may listen there too, if
     * they call this method; a stream goes to the one with the fewest in its shard, among equals in turn.
     *
     * @param local   where; port 0: any
     * @param backlog most streams that wait in the transport
     * @return the listener; ready once it listens or has failed, and for each new stream
     */
    public ListenSocket listen(InetSocketAddress local, int backlog) {
        return listen(local, backlog, null);
    }

    /**
     * Takes streams with the first transport that has streams, where nobody else listens, this application's other contexts
     * included: else it fails with {@link Status#ADDRESS_IN_USE}, and so do others that want to listen there later.
     *
     * @param local   where; port 0: any
     * @param backlog most streams that wait in the transport
     * @return the listener; ready once it listens or has failed, and for each new stream
     */
    public ListenSocket listenAlone(InetSocketAddress local, int backlog) {
        resolved(local);
        return listen(new ListenSocket(this, 0, local, backlog, true), local);
    }

    /**
     * Takes streams.
     *
     * @param local     where; port 0: any
     * @param backlog   most streams that wait in the transport
     * @param transport its name, or null: the first that fits
     * @return the listener; ready once it listens or has failed, and for each new stream
     */
    public ListenSocket listen(InetSocketAddress local, int backlog, String transport) {
        resolved(local);
        return listen(new ListenSocket(this, code(transport), local, backlog, false), local);
    }

    /**
     * Makes ready to take a stream that another context of this process has accepted: {@link StreamSocket#handOver}, by
     * that context's thread, with this stream's {@link StreamSocket#berth}.
     *
     * @return the stream; ready once it is connected or has failed
     */
    public StreamSocket expect() {
        StreamSocket expected = ask(new StreamSocket(this, first, 0, number(), null, null));
        expected.requested = true;
        return expected;
    }

    /**
     * Opens a message socket.
     *
     * @param local     where; port 0: any
     * @param transport its name, or null: the first that fits
     * @return the socket; ready once it is bound or has failed
     */
    public MessageSocket bind(InetSocketAddress local, String transport) {
        resolved(local);
        return ask(new MessageSocket(this, code(transport), number(), local));
    }

    /**
     * Opens a socket for calls: requests and their responses.
     *
     * @param local     where; port 0: any that is a client's
     * @param transport its name: {@code homa}
     * @return the socket; ready once it is bound or has failed
     * @throws IllegalArgumentException if the instance has no such transport
     */
    public RpcSocket bindRpc(InetSocketAddress local, String transport) {
        resolved(local);
        return ask(new RpcSocket(this, code(transport), number(), local));
    }

    /**
     * Flushes, then takes what the data path has announced. If nothing is ready it sleeps until the data path or
     * {@link #wakeup} wakes it; it may return early with 0.
     *
     * @param timeoutNs longest sleep; 0: none; negative: no limit
     * @return endpoints in the ready list
     */
    public int poll(long timeoutNs) {
        pump(listed == 0 ? timeoutNs : 0);
        return listed;
    }

    /** {@return the next endpoint that is ready, or null} */
    public Endpoint nextReady() {
        Endpoint endpoint;
        while ((endpoint = ready.poll()) != null) {
            if (endpoint.isReady) {
                unready(endpoint);
                return endpoint;
            }
        }
        return null;
    }

    /**
     * Polls until a condition holds. What becomes ready meanwhile stays listed.
     *
     * @param condition asked after each batch of events
     * @param timeoutNs longest wait; negative: no limit
     * @return whether it holds; false also if the runtime went away
     */
    public boolean await(BooleanSupplier condition, long timeoutNs) {
        long start = System.nanoTime();
        pump(0);
        while (!condition.getAsBoolean()) {
            long left = timeoutNs - (System.nanoTime() - start);
            if (!isOpen() || timeoutNs >= 0 && left <= 0) {
                return false;
            }
            pump(timeoutNs < 0 ? -1 : left);
        }
        return true;
    }

    /** Shows the data path all requests and bumps so far. */
    public void flush() {
        if (!isOpen()) {
            clear();
            return;
        }
        boolean full = false;
        for (Lane lane : others) {
            full |= lane.flush();
        }
        ringFull = first.flush() | full; // last: who is given an address there finds it free in the others
    }

    private void clear() {
        ringFull = false;
        first.clear();
        for (Lane lane : others) {
            lane.clear();
        }
    }

    /** {@return whether the last flush found no more room: what is still owed needs another one, and nobody announces room} */
    public boolean isRequestRingFull() {
        return ringFull;
    }

    /**
     * Lets {@link #poll} look on for a while before it sleeps; how long adapts to whether that pays. Worth it only where
     * there are more cores than threads that spin.
     *
     * @param limitNs longest time, nanoseconds; 0, the default: sleep at once
     */
    public void spin(long limitNs) {
        pollSleep.spin(limitNs);
    }

    /** Makes the poll that sleeps, or the next one, return at once. Any thread. */
    public void wakeup() {
        pollSleep.ask();
        synchronized (bellLock) { // the memory stays while a bell is rung
            if (isOpen() && !selectorSleep.isUsed()) {
                pollSleep.wake();
            }
        }
    }

    /**
     * {@return the channel that is readable after the data path has rung for an owner that sleeps in a selector; to be
     * registered for reading}
     *
     * @throws IOException if the system has no descriptor left
     */
    public SelectableChannel wakeChannel() throws IOException {
        return selectorSleep.channel();
    }

    /**
     * Flushes and says that the owner is about to sleep in its selector. Whatever it answers, {@link #afterSelect} follows.
     *
     * @return longest sleep, nanoseconds; 0: none, there is something to do; negative: no limit
     */
    public long beforeSelect() {
        flush();
        if (!isOpen()) {
            return -1;
        }
        if (!selectorSleep.begin() || listed > 0 || !served()) {
            return 0;
        }
        return ringFull ? FULL_RING_SLEEP_NS : -1;
    }

    /** Says that the owner is awake. */
    public void afterSelect() {
        if (isOpen()) {
            selectorSleep.end();
        }
    }

    /**
     * Empties the wake channel, once its selector has found it readable. Its end is the context's: every endpoint fails.
     *
     * @return false if it is at its end: the runtime went away, and the channel has nothing to say any more
     */
    public boolean drainWakeChannel() {
        if (selectorSleep.drain()) {
            return true;
        }
        read(); // what it had announced
        fail("the runtime went away or closed the context"); // its other signs may be later than this one
        return false;
    }

    /**
     * Gives the context back after a last flush. What was written is still sent: streams that were closed end in order,
     * those that are still open are reset then.
     */
    @Override
    public void close() {
        flush();
        for (int i = 0; ringFull && isOpen() && i < FULL_RING_TRIES; i++) {
            LockSupport.parkNanos(FULL_RING_SLEEP_NS);
            flush();
        }
        synchronized (bellLock) {
            if (isOpen()) {
                fail("this application closed its context");
            }
            closed = true;
            pollSleep.close();
            grant.close();
        }
    }

    /** {@return whether offsets in {@link #region} mean something: until it is closed, also after the runtime went away} */
    boolean hasMemory() {
        return !closed;
    }

    Lane lane(int shard) {
        return shard == 0 ? first : others[shard - 1];
    }

    /** {@return the context's numbers, by shard} */
    List<Integer> numbers() {
        return IntStream.range(0, shards()).mapToObj(shard -> lane(shard).layout.context()).toList();
    }

    /** {@return a number for what is asked for} */
    long number() {
        return ++lastOpaque;
    }

    /** {@return what went wrong with the context, as the end of a message} */
    String reason() {
        return failure == null ? "" : " (" + failure + ")";
    }

    void ready(Endpoint endpoint) {
        if (!endpoint.isReady && !endpoint.hidden && !endpoint.closed) {
            endpoint.isReady = true;
            listed++;
            ready.add(endpoint);
        }
    }

    /** It was fetched or closed; if closed, its place in the list stays until it is passed over. */
    void unready(Endpoint endpoint) {
        if (endpoint.isReady) {
            endpoint.isReady = false;
            listed--;
        }
    }

    private void pump(long timeoutNs) {
        flush();
        if (isOpen() && take() == 0 && timeoutNs != 0 && isOpen()) {
            sleep(timeoutNs);
            take();
        }
        pollSleep.heard();
        if (owes()) {
            flush();
        }
    }

    private boolean owes() {
        for (Lane lane : others) {
            if (lane.isDirty()) {
                return true;
            }
        }
        return first.isDirty();
    }

    private void sleep(long timeoutNs) {
        boolean cut = ringFull && (timeoutNs < 0 || timeoutNs > FULL_RING_SLEEP_NS);
        pollSleep.sleep(cut ? FULL_RING_SLEEP_NS : timeoutNs);
    }

    private int read() {
        int count = first.read();
        for (Lane lane : others) {
            count += lane.read();
        }
        return count;
    }

    private int take() {
        int count = read();
        if (isOpen() && !served()) {
            fail("the runtime went away or closed the context");
        }
        return count;
    }

    private boolean served() {
        for (Lane lane : others) {
            if (!lane.layout.isOpen()) {
                return false;
            }
        }
        return first.layout.isOpen() && grant.isOpen();
    }

    <R extends Requester> R ask(R requester) {
        asked.put(requester.opaque, requester);
        if (isOpen()) {
            requester.lane.dirty(requester);
        } else {
            requester.fail(Status.ABORTED);
        }
        return requester;
    }

    private ListenSocket listen(ListenSocket listener, InetSocketAddress local) {
        listener.ask(0, local);
        return listener;
    }

    private Lane nextLane() {
        if (affinity != ANY_SHARD) {
            return lane(affinity);
        }
        Lane lane = lane(turn);
        turn = turn == others.length ? 0 : turn + 1;
        return lane;
    }

    /** Another shard has the connection: asks the next one, each once. */
    void elsewhere(StreamSocket stream) {
        if (stream.elsewhere() < shards()) {
            stream.moveTo(lane((stream.lane.shard + 1) % shards()));
            ask(stream);
        } else {
            stream.fail(Status.ADDRESS_NOT_AVAILABLE);
        }
    }

    /** The context is over; the first reason stays. */
    void fail(String why) {
        if (failure == null) {
            failure = why;
            first.failAll();
            for (Lane lane : others) {
                lane.failAll();
            }
        }
    }

    private int code(String transport) {
        if (transport == null) {
            return 0;
        }
        int index = grant.transports().indexOf(transport);
        if (index < 0) {
            throw new IllegalArgumentException("instance '" + instance() + "' has no transport '" + transport
                + "', it has " + grant.transports());
        }
        return index + 1;
    }

    static void resolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("no address is known for host '" + address.getHostString() + "'");
        }
    }
}
