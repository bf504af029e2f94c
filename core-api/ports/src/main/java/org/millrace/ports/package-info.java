/**
 * Ports: a wire over shared memory, and raw frames on a network interface.
 *
 * <p>The runtime calls in. Threads: the data-path thread.
 */
package org.millrace.ports;
