package org.millrace.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves what a channel has to send into its stream, a turn at a time. Between turns it is blocked: until the data path
 * has freed some of the transmit buffer, or for others' turns.
 *
 * <p>Owned by: the channel's loop.
 */
final class OutboundWriter {
    private static final int MAX_GATHERED = 1024;

    private boolean blocked;
    private boolean awaitsSource;

    /** {@return whether a flush has to wait} */
    boolean isBlocked() {
        return blocked;
    }

    /** {@return whether it is blocked by a file region that had nothing to give: no event tells when it has} */
    boolean awaitsSource() {
        return awaitsSource;
    }

    /** {@return whether it was blocked and the stream takes bytes again; then it is blocked no longer} */
    boolean unblock(ChannelStream stream) {
        if (!blocked || stream.writable() == 0) {
            return false;
        }
        blocked = false;
        return true;
    }

    static boolean isSendable(Object message) {
        return message instanceof ByteBuf || message instanceof FileRegion;
    }

    /**
     * Takes a turn.
     *
     * @param in    buffers and file regions
     * @param spins most writes
     * @return whether there is more that the stream may take, in another turn
     * @throws IOException if the stream fails, or a file region says that it has ended before its count
     */
    boolean write(ChannelOutboundBuffer in, ChannelStream stream, int spins) throws IOException {
        awaitsSource = false;
        for (int left = spins; left > 0; left--) {
            Object message = in.current();
            if (message == null) {
                return false;
            }
            boolean more = message instanceof FileRegion region ? region(in, region, stream) : buffers(in, stream);
            if (!more) {
                blocked = true;
                return false;
            }
        }
        blocked = !in.isEmpty();
        return blocked;
    }

    /** {@return whether there may be room for more} */
    private static boolean buffers(ChannelOutboundBuffer in, ChannelStream stream) throws IOException {
        ByteBuffer[] buffers = in.nioBuffers(MAX_GATHERED, Math.max(1, stream.writable()));
        int count = in.nioBufferCount();
        if (count == 0) {
            in.remove(); // empty
            return true;
        }
        long bytes = stream.write(buffers, 0, count);
        boolean all = !buffers[count - 1].hasRemaining();
        in.removeBytes(bytes);
        return all;
    }

    private boolean region(ChannelOutboundBuffer in, FileRegion region, ChannelStream stream)
        throws IOException {
        if (region.transferred() < region.count()) {
            if (stream.writable() == 0) {
                return false;
            }
            long bytes = region.transferTo(stream, region.transferred());
            if (bytes < 0) {
                throw new IOException("file region ends " + (region.count() - region.transferred())
                    + " bytes before its count");
            }
            if (bytes == 0) { // not now, as WritableByteChannel has it: the kernel is full, or the region has nothing yet
                awaitsSource = stream.writable() > 0;
                return false;
            }
            in.progress(bytes);
        }
        if (region.transferred() >= region.count()) {
            in.remove();
        }
        return true;
    }
}
