package org.millrace.netty;

import java.nio.channels.ClosedChannelException;

/** Fails what is still to be written when a stream ends before its time; its cause says why. */
final class ClosedByFailure extends ClosedChannelException {
    private static final long serialVersionUID = 1;

    ClosedByFailure(Throwable cause) {
        initCause(cause);
    }
}
