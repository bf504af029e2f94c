package org.millrace.netty;

import io.netty.channel.IoHandle;

/** What a Millrace channel registers with a loop. */
interface MillraceHandle extends IoHandle {
    @Override
    void close();
}
