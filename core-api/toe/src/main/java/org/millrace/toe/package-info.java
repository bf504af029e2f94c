/**
 * libTOE for Java: streams and messages of an offloaded transport. A {@link org.millrace.toe.Toe} is one context, owned
 * by one thread; its endpoints move bytes through memory that the data path reaches too, without a system call.
 *
 * <p>Applications call in. Threads: a context is its application thread's.
 */
package org.millrace.toe;
