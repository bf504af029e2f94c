/**
 * Registers the transport as a service.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.homa.osgi;
