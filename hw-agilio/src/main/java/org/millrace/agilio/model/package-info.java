/**
 * What takes time in the machine: cores, memories and caches, the link to the host, the scheduler, and what a stage costs.
 *
 * <p>Threads: the one that runs the machine.
 */
package org.millrace.agilio.model;
