/**
 * Laminar's TCP (chapter 5): match-action stages, each with a register of at most two words that a segment reads and
 * writes once, in one pass, in one order. What an early register must learn of a later one comes back with a pseudo
 * segment. docs/laminar.md has the stages by workflow.
 */
package org.millrace.tcp.laminar;
