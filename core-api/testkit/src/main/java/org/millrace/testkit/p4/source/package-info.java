/**
 * From the text of a P4 program to its phrases: preprocessor, grammar, and the place of each in its file. The checker calls in.
 * Threads: the caller's.
 */
package org.millrace.testkit.p4.source;
