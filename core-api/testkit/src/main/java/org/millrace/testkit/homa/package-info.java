/**
 * Homa a second time: a decoder of its packets and a small peer, written from the description of the wire format alone and
 * sharing no code with the transport, so that what both misread alike can only be the description.
 *
 * <p>Tests call in. Threads: any, one at a time.
 */
package org.millrace.testkit.homa;
