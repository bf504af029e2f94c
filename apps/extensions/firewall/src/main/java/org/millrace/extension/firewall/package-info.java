/**
 * An example of a stage extension: a firewall of four prefixes.
 *
 * <p>Threads: the backend's.
 */
package org.millrace.extension.firewall;
