/**
 * What an experiment is: what it reproduces, what can be set, how it is run, and the table and plots that come of it. Experiments
 * implement it, the {@link org.millrace.lab.Lab} names them, the command line runs them. Nothing here reads a clock: time is
 * an experiment's own, and virtual but for those on live traffic.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.experiment;
