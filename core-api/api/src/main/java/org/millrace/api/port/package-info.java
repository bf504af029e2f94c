/**
 * Where frames enter and leave: batch-first, with super-frames and up to two payload spans a frame.
 *
 * <p>The runtime calls in. Threads: the data-path thread.
 */
package org.millrace.api.port;
