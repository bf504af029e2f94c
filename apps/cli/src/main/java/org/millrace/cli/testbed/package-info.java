/**
 * A stack of ours under remote control: one host on virtual time, its socket calls, its frames and its clock, for tests in
 * any language. docs/testbed.md says what it answers to.
 *
 * <p>Threads: a stack is its caller's; the server has one a connection.
 */
package org.millrace.cli.testbed;
