package org.millrace.api.context;

/** Hands out contexts of a running data path. A service of the runtime. Any thread. */
public interface ContextProvider {
    /**
     * Opens a context.
     *
     * @param size how large
     * @return the context
     * @throws IllegalStateException if none is left or the runtime is closing; the message says which limit
     */
    ContextGrant open(ContextSize size);
}
