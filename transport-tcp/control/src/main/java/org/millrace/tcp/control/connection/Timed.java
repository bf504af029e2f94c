package org.millrace.tcp.control.connection;

import org.millrace.tcp.control.format.Fields;

/** Something that waits in a {@link TimerQueue}, for one deadline at a time. */
public abstract sealed class Timed permits HalfOpen, TcpConnection {
    public static final long NEVER = Fields.NEVER;

    public long deadlineNs = NEVER;
    int slot = -1;
}
