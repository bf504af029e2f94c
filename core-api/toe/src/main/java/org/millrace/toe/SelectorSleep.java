package org.millrace.toe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.DescriptorRing;

/**
 * How the owner of a context sleeps in a selector of its own: the waiting word that says so, and the channel by which
 * the data path wakes it. Why: docs/decisions/008-selector-wakeup.md.
 *
 * <p>Owned by: the Toe's thread; {@link #isUsed} by any.
 */
final class SelectorSleep {
    private final ContextGrant grant;
    private final DescriptorRing events;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(64);
    private volatile SelectableChannel channel;

    SelectorSleep(ContextGrant grant, DescriptorRing events) {
        this.grant = grant;
        this.events = events;
    }

    /** {@return whether the owner sleeps in a selector} */
    boolean isUsed() {
        return channel != null;
    }

    /** {@return the channel, opened at the first call} */
    SelectableChannel channel() throws IOException {
        if (channel == null) {
            channel = grant.wakeChannel();
        }
        return channel;
    }

    /** Says that the owner is about to sleep. Answers whether there is nothing for it in the ring. */
    boolean begin() {
        events.waiting(DescriptorRing.IN_SELECTOR);
        return events.available() == 0;
    }

    /** Says that the owner is awake. */
    void end() {
        events.waiting(DescriptorRing.AWAKE);
    }

    /** Empties the channel. Answers false if it is at its end. */
    boolean drain() {
        try {
            int count;
            do {
                count = ((ReadableByteChannel) channel).read(bytes.clear());
            } while (count == bytes.capacity());
            return count >= 0;
        } catch (IOException e) {
            return false; // reset: an end like any other
        }
    }
}
