/**
 * JMH benchmarks. What they measure and what came out is in docs/performance.md.
 *
 * <p>Threads: JMH's, and those that a benchmark starts. More than 25 classes: each benchmark stands alone; JMH finds
 * them by class.
 */
package org.millrace.benchmarks;
