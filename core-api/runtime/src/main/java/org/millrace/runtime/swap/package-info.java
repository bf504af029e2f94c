/**
 * Replaces programs and hardware under live connections: loads and rehearses the new side, carries state over between two
 * rounds, commits or leaves everything as it was. Called by the face, and by experiments on virtual time.
 *
 * <p>Threads: the caller's prepares, the data-path thread executes; {@link org.millrace.runtime.swap.SwapReport} says
 * how long each took.
 */
package org.millrace.runtime.swap;
