/**
 * What a benchmark has measured, in the form that {@code millrace bench} reads.
 *
 * <p>Threads: any.
 */
package org.millrace.benchmarks.figures;
