/**
 * An application as a bundle: it finds its Vert.x as a service.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.examples.osgi;
