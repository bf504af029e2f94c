/**
 * What a sender knows of what it has in flight, and what it concludes: scoreboard, reordering, proportional rate reduction,
 * tail loss probe. One of each a connection, made with its first SACK block or probe. Called by {@code established}.
 * Threads: the data-path thread.
 */
package org.millrace.tcp.control.recovery;
