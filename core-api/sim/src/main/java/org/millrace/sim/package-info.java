/**
 * Virtual time: the {@link Agenda} of events, clocks of cycles on it, and the queues between those who act on it. Machine models, the
 * fabric and the experiments of the lab build on it; nothing here knows what runs on it, reads a clock or rolls dice.
 *
 * <p>Threads: everything of one agenda belongs to the thread that runs it.
 */
package org.millrace.sim;
