/**
 * Swift (Kumar et al., SIGCOMM 2020): keeps the delay of a data centre's path near a target. Chosen by {@code congestion = plug-in:swift}.
 *
 * <p>Threads: the data path's.
 */
package org.millrace.tcp.swift;
