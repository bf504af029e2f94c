/**
 * Registers the algorithm as a service.
 *
 * <p>Threads: the framework's.
 */
package org.millrace.tcp.swift.osgi;
