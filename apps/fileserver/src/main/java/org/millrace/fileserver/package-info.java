/**
 * A small HTTP file server, and echo, discard and source services, on libTOE alone.
 *
 * <p>Threads: one a server, which owns its context.
 */
package org.millrace.fileserver;
