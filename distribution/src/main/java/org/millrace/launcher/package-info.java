/** Starts Millrace: an OSGi framework with the image's bundles, configured from one file. */
package org.millrace.launcher;
