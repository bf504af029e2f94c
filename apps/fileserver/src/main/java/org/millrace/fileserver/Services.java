package org.millrace.fileserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.MessageSocket;
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

    private final Toe toe;
    private volatile boolean closing;

    private record Service(CompletableFuture<InetSocketAddress> listening, Supplier<Handler> handlers) {
    }

    /**
     * Opens a context.
     *
     * @param provider of contexts
     * @param size     of the context
     */
    public Services(ContextProvider provider, ContextSize size) {
        toe = Toe.open(provider, size);
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
                turn(-1);
            }
            LOG.info("services on instance '{}' end: {}", toe.instance(), closing ? "closed" : "the runtime went away");
        }
        turn(0);
    }

    /** One round of the loop. */
    void turn(long timeoutNs) {
        int budget = toe.poll(timeoutNs);
        for (Endpoint endpoint; budget-- > 0 && (endpoint = toe.nextReady()) != null;) {
            switch (endpoint) {
                case ListenSocket listener -> accept(listener, (Service) listener.attachment());
                case StreamSocket stream -> serve(stream, (Handler) stream.attachment());
                case MessageSocket none -> throw new AssertionError("no message socket was opened");
            }
        }
    }

    private void accept(ListenSocket listener, Service service) {
        try {
            for (StreamSocket stream; (stream = listener.accept()) != null;) {
                stream.attach(service.handlers().get());
            }
            service.listening().complete(listener.localAddress());
        } catch (IOException e) {
            service.listening().completeExceptionally(e);
        }
    }

    private static void serve(StreamSocket stream, Handler handler) {
        try {
            handler.ready(stream);
        } catch (IOException e) {
            LOG.debug("a stream ends", e);
            stream.abort();
        } catch (RuntimeException e) {
            LOG.error("a handler failed, its stream is reset", e);
            stream.abort();
        }
        if (stream.isClosed()) {
            handler.gone();
        }
    }

    /** Makes {@link #run} return. Any thread. */
    @Override
    public void close() {
        closing = true;
        toe.wakeup();
    }
}
