/**
 * A workflow's stages as one method that is made of their own bytecode. Backends call in when a program is admitted and when
 * it is loaded.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code.fuse;
