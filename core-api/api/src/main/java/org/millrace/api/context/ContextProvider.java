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

    /**
     * Opens a context for somebody else.
     *
     * @param size  how large
     * @param owner who it is for: contexts of equal owners may hand connections to each other
     * @return the context
     * @throws IllegalStateException if none is left or the runtime is closing; the message says which limit
     */
    default ContextGrant open(ContextSize size, Object owner) {
        return open(size);
    }
}
