package org.millrace.nio;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.millrace.api.context.ContextGrant;

/** The provider's context: opened when first needed, and again after the runtime went away. Any thread. */
final class Contexts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.millrace.nio");

    private final Callable<ContextGrant> grants;
    private final Fallback fallback;
    private final SelectorProvider kernel;
    private volatile SharedContext current;
    private String said;

    Contexts(Callable<ContextGrant> grants, Fallback fallback, SelectorProvider kernel) {
        this.grants = grants;
        this.fallback = fallback;
        this.kernel = kernel;
    }

    /** {@return the context that new channels live in, or null if there was none yet} */
    SharedContext current() {
        return current;
    }

    /**
     * {@return a context that is served; null: the channel is to go over the kernel}
     *
     * @param kind makes the exception, if there is no context and no fallback
     */
    SharedContext open(Function<String, ? extends SocketException> kind) throws IOException {
        try {
            return served();
        } catch (Exception e) {
            if (fallback == Fallback.FAIL) {
                SocketException failure = kind.apply(e.getMessage()
                    + "; start the instance, or set -Dmillrace.fallback=warn to go over the kernel meanwhile");
                failure.initCause(e);
                throw failure;
            }
            say(e);
            return null;
        }
    }

    /** {@return a context that is served} */
    synchronized SharedContext served() throws Exception {
        SharedContext now = current;
        if (now == null || !now.isOpen()) {
            now = new SharedContext(grants.call(), kernel);
            current = now;
            said = null;
        }
        return now;
    }

    private synchronized void say(Exception e) {
        if (fallback == Fallback.WARN && !e.getMessage().equals(said)) {
            said = e.getMessage();
            LOG.log(Level.WARNING, "new channels go over the kernel''s TCP instead of Millrace: {0}", said);
        }
    }

    @Override
    public synchronized void close() {
        if (current != null) {
            current.close();
        }
    }
}
