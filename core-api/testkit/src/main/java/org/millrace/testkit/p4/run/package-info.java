/**
 * What runs a program that was checked: expressions and statements as functions of a frame, tables, packets, and what an architecture
 * must give. The checker and architectures call in. Threads: one a program.
 */
package org.millrace.testkit.p4.run;
