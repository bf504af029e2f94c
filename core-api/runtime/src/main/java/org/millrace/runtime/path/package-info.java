/**
 * The loop's body: what a round of a data path does, and the thread that does it again and again. {@code Instance} starts
 * the thread; experiments and tests on virtual time call {@link org.millrace.runtime.path.DataPath#poll} themselves.
 *
 * <p>Threads: the data-path thread owns everything here. Others hand it commands through
 * {@link org.millrace.runtime.path.DataPathThread}.
 */
package org.millrace.runtime.path;
