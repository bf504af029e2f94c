/**
 * Watches installed flows: retransmission and the other timers, digests of the data path, the way to the end of a
 * connection. Called by the face for timers and digests, and by {@code handshake} when a flow begins. Threads: the
 * data-path thread.
 */
package org.millrace.tcp.control.established;
