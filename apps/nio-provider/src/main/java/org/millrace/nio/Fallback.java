package org.millrace.nio;

/** What a channel does that is to go over Millrace while its instance is not to be had. */
enum Fallback {
    /** It fails, and says why. */
    FAIL,
    /** It goes over the kernel; a line in the log says so, once a cause. */
    WARN,
    /** It goes over the kernel. */
    SILENT
}
