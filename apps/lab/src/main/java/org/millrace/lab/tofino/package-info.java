/**
 * Laminar on the model of a Tofino2 (dissertation, chapter 5): hosts at one switch, their TCP in its pipe, in virtual time. The
 * {@link org.millrace.lab.Lab} names the experiments.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.tofino;
