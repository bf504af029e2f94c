/** Fits what a stage does to its register into one stateful ALU, or says why it does not fit. */
package org.millrace.tofino.alu;
