/**
 * Rings of frames with one writer and one reader: wires between processes, and between threads of one.
 *
 * <p>Threads: a writer and a reader by one each; what they share is the ring.
 */
package org.millrace.memory.frame;
