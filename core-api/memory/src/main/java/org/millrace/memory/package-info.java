/**
 * Memory that two sides share: regions, the context's layout, single-producer rings, payload buffers, doorbells; and
 * the few system calls behind them (Linux through the FFM API: a process that uses them needs
 * {@code --enable-native-access}).
 */
package org.millrace.memory;
