package org.millrace.api.context;

/** Hands out contexts of a running data path. A service of the runtime. Any thread. */
public interface ContextProvider {
    /**
     * Opens a context.
     *
     * @param size how large
     * @return the context
     * @throws LimitException        if a limit is reached
     * @throws IllegalStateException if the runtime is closing
     */
    ContextGrant open(ContextSize size);

    /**
     * Opens a context for somebody else.
     *
     * @param size  how large
     * @param owner who it is for: contexts of equal owners may hand connections to each other
     * @return the context
     * @throws LimitException        if a limit is reached
     * @throws IllegalStateException if the runtime is closing
     */
    default ContextGrant open(ContextSize size, ContextOwner owner) {
        return open(size);
    }
}
