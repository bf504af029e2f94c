/**
 * What an outsider must neither guess nor exhaust: sequence numbers, ephemeral ports, limits on what is answered.
 * Threads: the data-path thread.
 */
package org.millrace.tcp.control.guard;
