package org.millrace.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import java.nio.channels.SelectableChannel;
import org.millrace.toe.Toe;

/** The data path's bell in the loop's selector. What it rings for is found in the context after the select. */
final class WakeHandle implements NioIoHandle {
    private final Toe context;
    private final SelectableChannel channel;

    WakeHandle(Toe context, SelectableChannel channel) {
        this.context = context;
        this.channel = channel;
    }

    @Override
    public SelectableChannel selectableChannel() {
        return channel;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        if (!context.drainWakeChannel()) {
            registration.cancel(); // a channel at its end is readable for ever
        }
    }

    /** The loop ends; the channel is the context's, which is closed after it. */
    @Override
    public void close() {
    }
}
