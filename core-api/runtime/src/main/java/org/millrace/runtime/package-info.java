/**
 * Binds hardware, transports and a port into a running data path and serves the contexts of applications.
 * {@link org.millrace.runtime.Instance}, the face, is what a launcher starts. The rooms below it, lowest first:
 * {@code extension}, {@code trace}, {@code capture}, {@code frame}; {@code tenant}, {@code config}; {@code transport};
 * {@code status}; {@code path}, the loop's body, which runs as well on virtual time; {@code swap}. Above the face:
 * {@code operate}, {@code control}, {@code osgi}.
 *
 * <p>Threads: any may call an instance; it owns the one data-path thread.
 */
package org.millrace.runtime;
