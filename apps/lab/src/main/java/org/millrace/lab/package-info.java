/**
 * The lab: {@link Lab} names all experiments. What one is lives in {@code experiment}, how results are written in {@code output}; each
 * family of experiments has a room beside them. The command line calls in.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab;
