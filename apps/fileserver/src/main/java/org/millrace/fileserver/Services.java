package org.millrace.fileserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.MessageEndpoint;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services on one context, in one loop: echo, discard, source and HTTP.
 *
 * <p>One thread adds services, then {@link #run}s them; {@link #close} is for any.
 */
public final class Services implements AutoCloseable {
    static final Logger LOG = LoggerFactory.getLogger(Services.class);
    private static final int BACKLOG = 1024;
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

    private final Toe toe;
    private final Patience patience;
    private final int crowd;
    private final LongSupplier clock;
    private final SequencedSet<Session> sessions = new LinkedHashSet<>();
    private long lookedNs;
    private volatile boolean closing;

    /**
     * How long a stream is waited for.
     *
     * @param headNs for a whole head of a request, from its first byte or from the connection's beginning
     * @param idleNs for any progress
     */
    public record Patience(long headNs, long idleNs) {
        /** 10 s and 60 s. */
        public static final Patience DEFAULT = new Patience(TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(60));
    }

    /** A stream that is served, and since when it is waited for. */
    private static final class Session {
        private final StreamSocket stream;
        private final Handler handler;
        private long sinceNs;

        Session(StreamSocket stream, Handler handler, long nowNs) {
            this.stream = stream;
            this.handler = handler;
            sinceNs = nowNs;
        }
    }

    private record Service(CompletableFuture<InetSocketAddress> listening, Supplier<Handler> handlers) {
    }

    /**
     * Opens a context.
     *
     * @param provider of contexts
     * @param size     of the context
     * @param patience with its streams
     */
    public Services(ContextProvider provider, ContextSize size, Patience patience) {
        this(provider, size, patience, System::nanoTime);
    }

    Services(ContextProvider provider, ContextSize size, Patience patience, LongSupplier clock) {
        this.clock = clock;
        lookedNs = clock.getAsLong();
        toe = Toe.open(provider, size);
        this.patience = patience;
        crowd = size.connections() - size.connections() / 8;
    }

    /**
     * Adds a service that sends back what comes.
     *
     * @param local where
     * @return its address once it listens; fails if it cannot
     */
    public CompletableFuture<InetSocketAddress> echo(InetSocketAddress local) {
        return add(local, () -> Handler::echo);
    }

    /**
     * Adds a service that throws away what comes.
     *
     * @param local where
     * @return its address once it listens; fails if it cannot
     */
    public CompletableFuture<InetSocketAddress> discard(InetSocketAddress local) {
        return add(local, () -> Handler::discard);
    }

    /**
     * Adds a service that sends without end.
     *
     * @param local where
     * @return its address once it listens; fails if it cannot
     */
    public CompletableFuture<InetSocketAddress> source(InetSocketAddress local) {
        return add(local, Handler::source);
    }

    /**
     * Adds an HTTP file server.
     *
     * @param local where
     * @param root  a directory; uploads go to {@code upload} below it
     * @return its address once it listens; fails if it cannot
     * @throws IOException if there is no such directory
     */
    public CompletableFuture<InetSocketAddress> http(InetSocketAddress local, Path root) throws IOException {
        Site site = new Site(root);
        return add(local, () -> new HttpHandler(site));
    }

    private CompletableFuture<InetSocketAddress> add(InetSocketAddress local, Supplier<Handler> handlers) {
        Service service = new Service(new CompletableFuture<>(), handlers);
        toe.listen(local, BACKLOG).attach(service);
        return service.listening();
    }

    /** Serves until {@link #close} or until the runtime goes away; then gives the context back. */
    public void run() {
        try (toe) {
            while (!closing && toe.isOpen()) {
                turn(sessions.isEmpty() ? -1 : LOOK_NS);
            }
            LOG.info("services on instance '{}' end: {}", toe.instance(), closing ? "closed" : "the runtime went away");
        }
        turn(0);
    }

    /**
     * One round of the loop.
     *
     * @param timeoutNs how long it may sleep
     */
    void turn(long timeoutNs) {
        int budget = toe.poll(timeoutNs);
        long nowNs = clock.getAsLong(); // not of before the sleep: what has just come would have been waited for as long
        for (Endpoint endpoint; budget-- > 0 && (endpoint = toe.nextReady()) != null;) {
            switch (endpoint) {
                case ListenSocket listener -> accept(listener, (Service) listener.attachment(), nowNs);
                case StreamSocket stream -> serve((Session) stream.attachment(), nowNs);
                case MessageEndpoint none -> throw new AssertionError("no message socket was opened");
            }
        }
        if (nowNs - lookedNs >= LOOK_NS) {
            lookedNs = nowNs;
            giveUp(nowNs);
        }
    }

    private void accept(ListenSocket listener, Service service, long nowNs) {
        try {
            for (StreamSocket stream; (stream = listener.accept()) != null;) {
                Session session = new Session(stream, service.handlers().get(), nowNs);
                stream.attach(session);
                sessions.add(session);
                makeRoom();
            }
            service.listening().complete(listener.localAddress());
        } catch (IOException e) {
            service.listening().completeExceptionally(e);
        }
    }

    private void serve(Session session, long nowNs) {
        try {
            session.handler.ready(session.stream);
        } catch (IOException e) {
            LOG.debug("a stream ends", e);
            session.stream.abort();
        } catch (RuntimeException e) {
            LOG.error("a handler failed, its stream is reset", e);
            session.stream.abort();
        }
        if (session.stream.isClosed()) {
            end(session);
        } else if (session.handler.hasMoved()) {
            session.sinceNs = nowNs;
            sessions.remove(session);
            sessions.addLast(session); // in the order of their last progress
        }
    }

    private void end(Session session) {
        sessions.remove(session);
        session.handler.gone();
    }

    /** Gives up the streams that have been waited for too long. */
    private void giveUp(long nowNs) {
        for (Session session : List.copyOf(sessions)) {
            if (nowNs - session.sinceNs > session.handler.patienceNs(patience)) {
                abandon(session, "made no progress in time");
            }
        }
    }

    /** Nearly all of the context's connections are taken: whoever wants one more can, and who is waited for longest goes. */
    private void makeRoom() {
        if (sessions.size() > crowd) {
            abandon(sessions.getFirst(), "is waited for longest of " + sessions.size());
        }
    }

    private void abandon(Session session, String why) {
        LOG.debug("a stream is given up: it {}", why);
        session.stream.abort();
        end(session);
    }

    /** Makes {@link #run} return. Any thread. */
    @Override
    public void close() {
        closing = true;
        toe.wakeup();
    }
}
