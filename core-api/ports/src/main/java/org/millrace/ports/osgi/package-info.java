/**
 * Registers the kinds of port as services.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.ports.osgi;
