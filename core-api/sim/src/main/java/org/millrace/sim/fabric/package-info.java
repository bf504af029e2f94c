/**
 * A fabric in virtual time: hosts, links with rate, delay and loss, switches with a shared buffer. {@link org.millrace.sim.fabric.Topology} says
 * who is joined to whom, {@link org.millrace.sim.fabric.Fabric} builds it, a {@link org.millrace.sim.fabric.Host} sends and receives. Packets are
 * numbers into {@link org.millrace.sim.fabric.Packets}: nothing is allocated for one. Experiments and light hosts call in.
 *
 * <p>Threads: the one that runs the agenda.
 */
package org.millrace.sim.fabric;
