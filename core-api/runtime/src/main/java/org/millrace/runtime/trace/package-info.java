/**
 * Trace points: a stage between a program's own that notes metadata of the items that pass, and the ring that keeps them.
 *
 * <p>Threads: the data-path thread writes; the lines are read by one reader at a time, on that thread too.
 */
package org.millrace.runtime.trace;
