/**
 * The operation graph of a program: tables with guarded assignments, registers, calls of externs. It is what is placed,
 * executed and emitted. Admission and the emitters call in.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.tofino.graph;
