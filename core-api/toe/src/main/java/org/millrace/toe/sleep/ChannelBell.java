package org.millrace.toe.sleep;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.DescriptorRing;

/** Sleeps in a selector, with the wake channel: where a thread cannot sleep on several words. */
final class ChannelBell implements PollBell {
    /** A channel at its end is the runtime's; what else says so is not long in coming. */
    private static final long AT_END_NS = 1_000_000;

    private final SelectableChannel channel;
    private final Selector selector;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(64);
    private boolean ended;

    /** @throws IllegalStateException if the instance does not wake selectors either, or the system has no descriptor left */
    ChannelBell(ContextGrant grant) {
        try {
            channel = grant.wakeChannel();
            selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            throw new IllegalStateException("a context of several shards has to sleep on several words, which Linux has from 5.16 "
                + "on, or in a selector: " + e.getMessage(), e);
        }
    }

    @Override
    public int place() {
        return DescriptorRing.IN_SELECTOR;
    }

    @Override
    public void await(long timeoutNs) {
        if (ended) {
            LockSupport.parkNanos(AT_END_NS);
            return;
        }
        try {
            if (timeoutNs < 0) {
                selector.select();
            } else {
                selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNs)));
            }
            selector.selectedKeys().clear();
            ended = !drain((ReadableByteChannel) channel, bytes);
        } catch (IOException e) {
            ended = true;
        }
    }

    /** Empties a wake channel. Answers false if it is at its end. */
    static boolean drain(ReadableByteChannel channel, ByteBuffer bytes) {
        try {
            int count;
            do {
                count = channel.read(bytes.clear());
            } while (count == bytes.capacity());
            return count >= 0;
        } catch (IOException e) {
            return false; // reset: an end like any other
        }
    }

    @Override
    public void wake() {
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            // close(2) has let go of the descriptors all the same
        }
    }
}
