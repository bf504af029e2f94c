package org.millrace.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.IOException;

/**
 * Moves what a channel's stream has received into its pipeline, a turn at a time, and tells there of the end.
 *
 * <p>Owned by: the channel's loop; any thread may ask {@link #isShutdown}.
 */
final class InboundReader {
    private final MillraceSocketChannel channel;
    private volatile boolean shutdown;
    private boolean endSeen;
    private boolean reading;

    InboundReader(MillraceSocketChannel channel) {
        this.channel = channel;
    }

    /** {@return whether there will be no more: the peer has ended, or nobody wants to hear it} */
    boolean isShutdown() {
        return shutdown;
    }

    /** Nobody wants to hear more; the next turn tells of the end. */
    void shutdown() {
        shutdown = true;
    }

    /** {@return whether a turn has something to tell} */
    boolean isReadable(ChannelStream stream) {
        return !endSeen && (shutdown || stream.isReadable());
    }

    /** {@return whether somebody reads what had arrived before the stream failed} */
    boolean readsFirst(ChannelStream stream) {
        return (channel.isReadPending() || reading && channel.config().isAutoRead()) && !shutdown
            && stream.hasUnreadAfterFailure();
    }

    /** Takes a turn: as much as the channel's allocator of receive buffers says. */
    void read(ChannelStream stream) {
        if (shutdown) {
            endSeen |= !channel.config().isAllowHalfClosure();
            if (!endSeen) {
                endOfInput();
            }
            channel.readPending(false);
            return;
        }
        ChannelPipeline pipeline = channel.pipeline();
        ByteBufAllocator allocator = channel.config().getAllocator();
        var quota = channel.unsafe().recvBufAllocHandle();
        quota.reset(channel.config());
        ByteBuf buffer = null;
        boolean end = false;
        reading = true;
        try {
            do {
                buffer = quota.allocate(allocator);
                quota.attemptedBytesRead(buffer.writableBytes());
                quota.lastBytesRead(buffer.writeBytes(stream, quota.attemptedBytesRead()));
                if (quota.lastBytesRead() <= 0) {
                    buffer.release();
                    buffer = null;
                    end = quota.lastBytesRead() < 0;
                    if (end) {
                        channel.readPending(false);
                    }
                    break;
                }
                quota.incMessagesRead(1);
                channel.readPending(false);
                ByteBuf full = buffer;
                buffer = null;
                pipeline.fireChannelRead(full);
            } while (channel.isOpen() && !shutdown && quota.continueReading());
            quota.readComplete();
            pipeline.fireChannelReadComplete();
            if (end && channel.isOpen()) {
                endOfInput();
            }
        } catch (IOException | ChannelException e) {
            if (buffer != null) {
                buffer.release();
            }
            quota.readComplete();
            pipeline.fireChannelReadComplete();
            channel.fail(e);
        } finally {
            reading = false;
        }
    }

    private void endOfInput() {
        if (shutdown) {
            endSeen = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        } else if (channel.config().isAllowHalfClosure()) {
            shutdown = true;
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            channel.again(); // the second event, as with NIO, in a later round
        } else {
            channel.unsafe().close(channel.voidPromise());
        }
    }
}
