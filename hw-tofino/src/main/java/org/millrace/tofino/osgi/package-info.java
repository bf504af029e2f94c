/** Registers the backend as a service. */
package org.millrace.tofino.osgi;
