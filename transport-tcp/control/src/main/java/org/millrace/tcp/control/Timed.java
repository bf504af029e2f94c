package org.millrace.tcp.control;

/** Something that waits in a {@link TimerQueue}, for one deadline at a time. */
abstract sealed class Timed permits HalfOpen, TcpConnection {
    static final long NEVER = Long.MAX_VALUE;

    long deadlineNs = NEVER;
    int slot = -1;
}
