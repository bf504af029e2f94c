package org.millrace.toe.sleep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.DescriptorRing;

/**
 * How the owner of a context sleeps in a selector of its own: the waiting words that say so, and the channel by which
 * any of the shards wakes it. Why: docs/decisions/008-selector-wakeup.md.
 *
 * <p>Owned by: the Toe's thread; {@link #isUsed} by any.
 */
public final class SelectorSleep {
    private final ContextGrant grant;
    private final DescriptorRing[] rings;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(64);
    private volatile SelectableChannel channel;

    /**
     * @param grant the context
     * @param rings event rings of its lanes
     */
    public SelectorSleep(ContextGrant grant, List<DescriptorRing> rings) {
        this.grant = grant;
        this.rings = rings.toArray(DescriptorRing[]::new);
    }

    /** {@return whether the owner sleeps in a selector} */
    public boolean isUsed() {
        return channel != null;
    }

    /** {@return the channel, opened at the first call} */
    public SelectableChannel channel() throws IOException {
        if (channel == null) {
            channel = grant.wakeChannel();
        }
        return channel;
    }

    /** Says that the owner is about to sleep. Answers whether there is nothing for it in the rings. */
    public boolean begin() {
        boolean empty = true;
        for (DescriptorRing events : rings) {
            events.waiting(DescriptorRing.IN_SELECTOR);
            empty &= events.available() == 0;
        }
        return empty;
    }

    /** Says that the owner is awake. */
    public void end() {
        for (DescriptorRing events : rings) {
            events.waiting(DescriptorRing.AWAKE);
        }
    }

    /** Empties the channel. Answers false if it is at its end. */
    public boolean drain() {
        return ChannelBell.drain((ReadableByteChannel) channel, bytes);
    }
}
