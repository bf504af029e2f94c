/**
 * Deadlines: what waits for one, and what finds the next. For the control planes of transports; time is an argument.
 * Threads: the caller's, one.
 */
package org.millrace.net.timer;
