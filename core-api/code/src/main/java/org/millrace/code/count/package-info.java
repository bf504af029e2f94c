/**
 * How much a stage does: copies of stages that count the operations of each basic block as it is executed. Models of processors
 * call in when a program is loaded.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code.count;
