/**
 * The machine: its numbers, from one data file in which each has its source.
 *
 * <p>Threads: the data-path thread runs it; its description does not change.
 */
package org.millrace.tofino.machine;
