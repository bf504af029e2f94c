/**
 * Serves the metrics of every instance that asks for it.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.metrics.osgi;
