/**
 * From SYN to an installed flow, actively and passively, with SYN cookies when the backlog is full. Called by the face for
 * segments without a flow and for CONNECT. Threads: the data-path thread.
 */
package org.millrace.tcp.control.handshake;
