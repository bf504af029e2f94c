/**
 * Writes results: CSV by ourselves, SVG by XChart and VectorGraphics2D, files as a whole or not at all. The command line calls in.
 *
 * <p>Threads: the caller's.
 */
package org.millrace.lab.output;
