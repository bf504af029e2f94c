/**
 * Declarative Services wiring of the file server.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.fileserver.osgi;
