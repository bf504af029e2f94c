/** What a benchmark has measured, in the form that {@code millrace bench} reads. */
package org.millrace.benchmarks.figures;
