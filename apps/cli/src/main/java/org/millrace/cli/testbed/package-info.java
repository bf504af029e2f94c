/**
 * A stack of ours under remote control: one host on virtual time, its socket calls, its frames and its clock, for tests in
 * any language. docs/testbed.md says what it answers to.
 */
package org.millrace.cli.testbed;
