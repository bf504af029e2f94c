/** The instance's control socket: operators' requests and answers, a line of JSON each. docs/control-socket.md. */
package org.millrace.runtime.control;
