/**
 * The operations that an operator has on an instance, whatever way they come in: the control socket, the shell, a program.
 *
 * <p>Threads: any; what concerns the data path is handed to its thread, and waited for.
 */
package org.millrace.runtime.operate;
