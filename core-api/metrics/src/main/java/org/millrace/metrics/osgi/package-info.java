/** Serves the metrics of every instance that asks for it. */
package org.millrace.metrics.osgi;
