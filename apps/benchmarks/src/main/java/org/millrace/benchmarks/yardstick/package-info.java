/**
 * What a data path costs that is written by hand for one purpose. It uses nothing of this project, and is frozen: it is a
 * measure, and does not get better with what it measures (docs/decisions/070-yardstick.md).
 *
 * <p>Benchmarks call in. Threads: the caller's.
 */
package org.millrace.benchmarks.yardstick;
