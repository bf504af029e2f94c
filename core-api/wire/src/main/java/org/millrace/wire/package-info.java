/**
 * Headers over memory: flyweights with explicit byte order, checksums, sequence numbers, captures.
 *
 * <p>Everybody calls in. Threads: a flyweight is its owner's; values any.
 */
package org.millrace.wire;
