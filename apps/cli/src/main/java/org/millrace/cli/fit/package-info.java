/**
 * Asks a hardware model whether a program fits, and why not. picocli calls in. Threads: the caller's.
 */
package org.millrace.cli.fit;
