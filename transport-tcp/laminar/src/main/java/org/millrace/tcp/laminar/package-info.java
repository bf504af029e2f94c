/**
 * Laminar's TCP (chapter 5): match-action stages, each with a register of at most two words that a segment reads and
 * writes once, in one pass, in one order. What an early register must learn of a later one comes back with a pseudo
 * segment. docs/laminar.md has the stages by workflow. Here stands which stages run, and what the control plane does with
 * their state; the stages are in {@code segment}, {@code receive}, {@code transmit} and {@code host}.
 *
 * <p>Threads: the data-path thread.
 */
package org.millrace.tcp.laminar;
