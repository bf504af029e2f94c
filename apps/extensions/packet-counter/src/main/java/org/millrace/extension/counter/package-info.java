/**
 * An example of a stage extension: a packet counter.
 *
 * <p>Threads: the backend's.
 */
package org.millrace.extension.counter;
