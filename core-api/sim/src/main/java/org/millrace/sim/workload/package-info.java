/**
 * What hosts of a fabric have to say: sizes of messages as published, and when they begin: open and closed loops, bulk, incast. Experiments call in.
 *
 * <p>Threads: the one that runs the agenda.
 */
package org.millrace.sim.workload;
