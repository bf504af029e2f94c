/**
 * What an instance counts, for Prometheus: read over HTTP, through Micrometer. Nothing of it is loaded unless the
 * configuration's key {@code metrics} asks for it.
 */
package org.millrace.metrics;
