/**
 * java.nio.channels over libTOE: an unmodified program's socket channels become Millrace streams, by one system property.
 * {@link org.millrace.nio.MillraceSelectorProvider}.
 *
 * <p>Threads: the program's, as java.nio allows; each selector's context is its thread's.
 */
package org.millrace.nio;
