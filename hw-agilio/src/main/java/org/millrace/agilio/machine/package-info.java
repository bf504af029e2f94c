/**
 * The machine and how a program is mapped to it: numbers and words from data files in which each has its source.
 *
 * <p>Threads: any; a description does not change.
 */
package org.millrace.agilio.machine;
