/**
 * Stages of users between a program's own, by decoration: the program under them does not know. A swap puts them in and
 * takes them out.
 *
 * <p>Threads: made by who prepares a swap, run by the data-path thread.
 */
package org.millrace.runtime.extension;
