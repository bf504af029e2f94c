/**
 * Runs programs in P4_16 for the v1model architecture, so that tests can hold the text of a program to what it should do.
 * {@code V1Switch} is the way in. Threads: a switch has one.
 */
package org.millrace.testkit.p4;
