/**
 * {@code millrace bench}: the table of docs/performance.md on the user's machine. It calls the benchmarks beside it, one
 * after the other; nothing calls in.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.benchmarks.bench;
