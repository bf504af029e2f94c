/**
 * Exports and imports all connections for a swap, in the versioned form of docs/state-format.md, and judges what is read.
 * Threads: the data-path thread, between two rounds.
 */
package org.millrace.tcp.control.transfer;
