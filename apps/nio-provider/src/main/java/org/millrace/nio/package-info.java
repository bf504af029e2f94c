/**
 * java.nio.channels over libTOE: an unmodified program's socket channels become Millrace streams, by one system property.
 * {@link org.millrace.nio.MillraceSelectorProvider}.
 */
package org.millrace.nio;
