/** The machine: its numbers, from one data file in which each has its source. */
package org.millrace.tofino.machine;
