/**
 * The TCP control plane, shared by every TCP program: handshake, teardown, timeouts, congestion policy; and what a TCP
 * program must implement ({@link org.millrace.tcp.control.TcpProgram}).
 */
package org.millrace.tcp.control;
