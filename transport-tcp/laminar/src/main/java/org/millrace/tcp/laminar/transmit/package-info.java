/**
 * Registers of the stream that goes out: what is acknowledged, windows, round trips; and the transmit heads, which
 * schedule flows. The backend calls in. Threads: the backend's.
 */
package org.millrace.tcp.laminar.transmit;
