/**
 * What describes a machine, or where a program's stages go on it, is a file whose every value has its source; its reader, for any
 * machine.
 *
 * <p>Threads: any.
 */
package org.millrace.execution.machine;
