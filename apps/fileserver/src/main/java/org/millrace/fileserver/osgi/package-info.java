/** Declarative Services wiring of the file server. */
package org.millrace.fileserver.osgi;
