/**
 * The TCP control plane, shared by every TCP program. {@link org.millrace.tcp.control.TcpControl}, the face, is what the
 * runtime calls; beside it stand the three ways in: segments, ICMP errors, requests of applications. Rooms, lowest first:
 * {@code format}, {@code program}, {@code wire}; {@code guard}, {@code congestion}; {@code connection};
 * {@code established}, {@code transfer}; {@code handshake}.
 *
 * <p>Threads: all of it is owned by the data-path thread and called between items.
 */
package org.millrace.tcp.control;
