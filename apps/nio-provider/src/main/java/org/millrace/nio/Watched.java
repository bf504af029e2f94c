package org.millrace.nio;

import java.nio.channels.ClosedChannelException;

/** A Millrace channel as its context and its selectors see it. */
interface Watched extends Listener {
    /** {@return what it is ready for, as {@link java.nio.channels.SelectionKey} has it} Takes the context's lock. */
    int readyOps();

    /** {@return whether bytes are to be read before a write tells that the stream is over} Takes the context's lock. */
    default boolean readsFirst() {
        return false;
    }

    /**
     * A selector has it from now on.
     *
     * @param key its key there
     * @throws ClosedChannelException if it was closed meanwhile
     */
    void added(MillraceKey key) throws ClosedChannelException;

    /**
     * A selector has it no more.
     *
     * @param key its key there
     */
    void removed(MillraceKey key);
}
