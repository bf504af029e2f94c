/**
 * What an instance counts, for Prometheus: read over HTTP, through Micrometer. Nothing of it is loaded unless the
 * configuration's key {@code metrics} asks for it.
 *
 * <p>Threads: the HTTP server's, which asks an instance as any other does.
 */
package org.millrace.metrics;
