/**
 * Checks P4_16 programs: names, types, directions, and makes of each phrase a function that runs it. {@code Checker} is the way in.
 * Paragraphs are those of the language specification, version 1.2.4. Threads: the caller's.
 */
package org.millrace.testkit.p4.check;
