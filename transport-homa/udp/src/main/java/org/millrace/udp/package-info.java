/**
 * UDP (RFC 768): a flow is a bound socket, a received datagram is a message, a message that an application sends is a datagram.
 * The data path does it all; the control plane binds and closes sockets.
 */
package org.millrace.udp;
