/**
 * Binds hardware, transports and a port into a running data path and serves the contexts of applications.
 * {@link org.millrace.runtime.Instance} is what a launcher starts; {@link org.millrace.runtime.DataPath} is the loop's
 * body, which runs as well on virtual time.
 */
package org.millrace.runtime;
