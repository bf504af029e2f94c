/**
 * What an outsider must neither guess nor exhaust: keyed hashes, sequence numbers, ephemeral ports, limits a second.
 * Threads: the data-path thread.
 */
package org.millrace.tcp.control.guard;
