/**
 * Where a program's operations go in the pipe, what they take there, and what a pass then costs.
 *
 * <p>Called when a program is admitted. Threads: the caller's.
 */
package org.millrace.tofino.placement;
