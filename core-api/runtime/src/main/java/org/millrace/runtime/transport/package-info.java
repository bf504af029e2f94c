/**
 * Transports in their places: admitted, loaded, found by protocol and by position; what a transport gets of its host, and
 * what it gives to the wire and to applications. The data path calls in each round; a swap makes candidates beside it.
 *
 * <p>Threads: the data-path thread owns what is loaded; a {@link org.millrace.runtime.transport.Candidate} belongs to
 * the thread that prepares it, until it is put in place.
 */
package org.millrace.runtime.transport;
