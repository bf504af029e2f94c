package org.millrace.netty;

import io.netty.channel.IoEvent;

/** Something happened to the endpoint, or may be possible now: the channel asks it what. */
enum MillraceEvent implements IoEvent {
    /** The only one. */
    READY
}
