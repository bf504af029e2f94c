/**
 * Memory that two sides share: regions, the context's layout, single-producer rings, payload buffers, doorbells; and
 * the few system calls behind them.
 *
 * <p>Both sides of a context call in. Threads: each ring has one writer and one reader; each type says whose it is.
 * More than 25 classes: small parts of one layout, nearly all of which either side needs.
 */
package org.millrace.memory;
