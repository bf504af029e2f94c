/**
 * The instance's control socket: operators' requests and answers, a line of JSON each. docs/control-socket.md.
 *
 * <p>The component calls in, and whoever starts an instance in a program. Threads: one accepts, one a caller.
 */
package org.millrace.runtime.control;
