package org.millrace.context;

import org.millrace.api.transport.ConnectionInfo;

/**
 * A line of the registry.
 *
 * @param kind      what it is about
 * @param info      the connection, listener or context. For a context: transport is empty, local and peer are null, the
 *                  connection is -1, the queued figures are its connections and its room for them
 * @param createdMs when it was first written, ms since 1970
 * @param updatedMs when it was last written, ms since 1970
 */
public record RegistryLine(Kind kind, ConnectionInfo info, long createdMs, long updatedMs) {
    /** What a line is about. The ordinal is part of the file. */
    public enum Kind {
        /** A connection. */
        CONNECTION,
        /** A listener or a message socket. */
        LISTENER,
        /** A context. */
        CONTEXT
    }
}
