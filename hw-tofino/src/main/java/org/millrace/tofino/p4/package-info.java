/**
 * Writes a placed program as P4_16, for Tofino 2 (T2NA) or v1model, with the control plane's manifest. {@link
 * org.millrace.tofino.p4.Emitter} is the way in; tools call it. Threads: the caller's.
 */
package org.millrace.tofino.p4;
