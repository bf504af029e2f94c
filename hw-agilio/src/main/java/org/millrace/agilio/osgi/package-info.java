/**
 * Registers the backend as a service.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.agilio.osgi;
