package org.millrace.vertx;

/** What an application gets whose Millrace instance cannot be had when it starts. */
public enum Fallback {
    /** Vert.x does not start, and says why. */
    FAIL,
    /** Vert.x runs over the kernel; one line in the log says so, with the cause. */
    WARN,
    /** Vert.x runs over the kernel; {@link MillraceTransport#fallbackCause} alone tells. */
    SILENT
}
