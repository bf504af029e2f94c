package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/**
 * What a channel's bytes go through, over Millrace or over the kernel. As a Java channel it never blocks: 0 bytes if
 * nothing can be moved now, -1 at the end.
 *
 * <p>Owned by: the loop of the channel that it is attached to.
 */
interface ChannelStream extends ScatteringByteChannel, GatheringByteChannel {
    /**
     * Its news go there from now on.
     *
     * @param to the channel's registration; null: to nobody
     * @throws Exception if the loop cannot watch it
     */
    void attach(MillraceRegistration to) throws Exception;

    boolean isConnecting();

    void finishConnect() throws IOException;

    /** {@return why it is over before its time, or null} */
    IOException failure();

    /** {@return whether it is over before its time, and bytes or an end that came before are still to be read} */
    boolean hasUnreadAfterFailure();

    /** {@return whether a read would find bytes, the end or a failure, as far as is known} */
    boolean isReadable();

    /** The channel wants to hear when it is readable. */
    void wantRead();

    /** {@return bytes that it would take now, as far as is known} */
    int writable();

    /** Nobody will read any more: what arrives is dropped from now on. */
    void shutdownInput() throws IOException;

    /** Drops what has arrived after {@link #shutdownInput}. */
    void discard();

    void shutdownOutput() throws IOException;

    /** Options of the channel have been set. */
    void apply(MillraceSocketChannelConfig config) throws IOException;

    InetSocketAddress localAddress() throws IOException;

    InetSocketAddress peerAddress() throws IOException;

    /** Lets go of it with a reset. */
    void abort() throws IOException;

    @Override
    default long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
        long sum = 0;
        for (int i = offset; i < offset + length; i++) {
            if (destinations[i].hasRemaining()) {
                int bytes = read(destinations[i]);
                if (bytes <= 0) {
                    return sum == 0 ? bytes : sum;
                }
                sum += bytes;
            }
        }
        return sum;
    }

    @Override
    default long read(ByteBuffer[] destinations) throws IOException {
        return read(destinations, 0, destinations.length);
    }

    @Override
    default long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }
}
