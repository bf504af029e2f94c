/**
 * Real ports at a fabric: a data path takes frames from a {@link org.millrace.sim.port.SimulatedPort} and gives it frames, in virtual time. Tests and experiments with
 * whole data paths call in.
 *
 * <p>Threads: the one that runs them.
 */
package org.millrace.sim.port;
