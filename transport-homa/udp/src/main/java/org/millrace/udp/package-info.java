/**
 * UDP (RFC 768): a flow is a bound socket, a received datagram is a message, a message that an application sends is a datagram.
 * The data path does it all; the control plane binds and closes sockets.
 *
 * <p>Threads: stages are the backend's; the control plane is the data-path thread's.
 */
package org.millrace.udp;
