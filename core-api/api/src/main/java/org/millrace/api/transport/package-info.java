/**
 * What a transport protocol is to the runtime: a program for the data path and a control plane.
 *
 * <p>The runtime calls in. Threads: the data-path thread; factories any.
 */
package org.millrace.api.transport;
