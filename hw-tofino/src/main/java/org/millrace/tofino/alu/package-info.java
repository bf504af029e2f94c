/**
 * Fits what a stage does to its register into one stateful ALU, or says why it does not fit.
 *
 * <p>Called by the placement. Threads: the caller's.
 */
package org.millrace.tofino.alu;
