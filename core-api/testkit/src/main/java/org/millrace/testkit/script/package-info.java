/**
 * Packet scripts: timed lines that send segments to a stack, expect segments of it, call its sockets and ask for its
 * state. docs/packet-scripts.md is the language. A script runs against anything that answers the testbed's requests,
 * docs/testbed.md, so against every program on every hardware, in one process or another.
 *
 * <p>Threads: the test's.
 */
package org.millrace.testkit.script;
