package org.millrace.fileserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;

/** An HTTP/1.1 file server in one thread: the one that calls {@link #run}. What it serves: see {@code Site}. */
public final class FileServer implements AutoCloseable {
    private final Services services;
    private final CompletableFuture<InetSocketAddress> listening;

    /**
     * Opens a context of the default size.
     *
     * @param provider of contexts
     * @param local    where to listen
     * @param root     directory of the files
     * @throws IOException if there is no such directory
     */
    public FileServer(ContextProvider provider, InetSocketAddress local, Path root) throws IOException {
        services = new Services(provider, ContextSize.DEFAULT, Services.Patience.DEFAULT);
        listening = services.http(local, root);
    }

    /** {@return its address once it listens; fails with a BindException or such if it cannot} */
    public CompletableFuture<InetSocketAddress> listening() {
        return listening;
    }

    /** Serves until {@link #close} or until the runtime goes away. */
    public void run() {
        services.run();
    }

    /** Makes {@link #run} return. Any thread. */
    @Override
    public void close() {
        services.close();
    }
}
