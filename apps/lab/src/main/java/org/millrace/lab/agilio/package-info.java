/**
 * FlexTOE on the model of an Agilio CX (dissertation, chapter 4): a real data path on the modelled machine, applications on virtual
 * time, and clients that cost nothing. The {@link org.millrace.lab.Lab} names the experiments.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.agilio;
