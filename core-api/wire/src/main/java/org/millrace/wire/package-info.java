/** Headers over memory: flyweights with explicit byte order, checksums, sequence numbers, captures. */
package org.millrace.wire;
