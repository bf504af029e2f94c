/**
 * Whether stages are what they say: all that a stage's compiled class can do on any way is collected ({@link
 * org.millrace.code.check.Effects}), and compared with its spec and with its place in the program ({@link
 * org.millrace.code.check.ProgramChecker}). Backends and the runtime call in when a program is admitted.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code.check;
