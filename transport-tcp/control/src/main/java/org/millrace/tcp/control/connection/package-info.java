/**
 * What the control plane remembers: connections in and after their handshake, listeners, TIME-WAIT, their tables and
 * timers; the segments that have no flow. The rooms above change it. Threads: the data-path thread.
 */
package org.millrace.tcp.control.connection;
