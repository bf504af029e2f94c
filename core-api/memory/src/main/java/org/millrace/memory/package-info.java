/**
 * Memory that two sides share: regions, the context's layout, single-producer rings, payload buffers, doorbells; and
 * the few system calls behind them.
 *
 * <p>Both sides of a context call in. Threads: each ring has one writer and one reader; each type says whose it is.
 */
package org.millrace.memory;
