/**
 * Registers of the stream that comes in: window, reassembly, timestamps, congestion echo, delayed acknowledgements. The
 * backend calls in. Threads: the backend's.
 */
package org.millrace.tcp.laminar.receive;
