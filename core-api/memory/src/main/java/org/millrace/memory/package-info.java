/**
 * Memory that two sides share: regions, the context's layout, single-producer rings, payload buffers, doorbells; and
 * the few system calls behind them.
 */
package org.millrace.memory;
