/**
 * Compiled stages, as they are read from their class files: methods with their lines, and how a place in them is named.
 * In the packages below: {@code analysis} executes them symbolically, {@code fuse} makes one method of several. Machines call in when a
 * program is admitted or loaded, on any thread.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.code;
