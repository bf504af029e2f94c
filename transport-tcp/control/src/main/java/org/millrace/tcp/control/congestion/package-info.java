/**
 * Round-trip estimation and congestion policies, which see samples and set windows and rates. {@code established} calls
 * in. Threads: the data-path thread.
 */
package org.millrace.tcp.control.congestion;
