/** An application as a bundle: it finds its Vert.x as a service. */
package org.millrace.examples.osgi;
