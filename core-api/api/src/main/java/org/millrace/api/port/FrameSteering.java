package org.millrace.api.port;

/**
 * How received frames are shared out among the queues of a port.
 *
 * @param queues how many there are, from 1
 * @param filter a classic BPF program that answers the frame's queue, modulo {@code queues}: a {@code struct sock_filter} an
 *               element, its code in bits 0 to 15, its jumps in 16 to 23 and 24 to 31, its constant in 32 to 63
 */
public record FrameSteering(int queues, long[] filter) {
}
