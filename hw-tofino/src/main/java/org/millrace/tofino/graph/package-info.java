/**
 * The operation graph of a program: tables with guarded assignments, registers, calls of externs. It is what is placed,
 * executed and emitted.
 */
package org.millrace.tofino.graph;
