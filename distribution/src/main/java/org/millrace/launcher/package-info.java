/**
 * Starts Millrace: an OSGi framework with the image's bundles, configured from one file.
 *
 * <p>Threads: the caller's; the framework has its own.
 */
package org.millrace.launcher;
