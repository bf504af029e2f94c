/**
 * {@code millrace demo}: a runtime and an unmodified peer exchange real data, and what happened is checked and shown.
 *
 * <p>Threads: the caller's, and one a peer. More than 25 classes: demos and the two ends of each, which share the wire
 * and the report.
 */
package org.millrace.demo;
