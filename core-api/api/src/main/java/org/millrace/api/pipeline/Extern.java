package org.millrace.api.pipeline;

/** A service that the hardware offers to programs, as in P4. A call on it is one operation and is never analysed. */
public interface Extern {
}
