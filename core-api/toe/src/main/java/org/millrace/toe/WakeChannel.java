package org.millrace.toe;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.millrace.memory.AttachReply;
import org.millrace.memory.AttachRequest;
import org.millrace.memory.WakeRequest;

/** Opens the channel by which a runtime in another process wakes an application that sleeps in a selector. */
final class WakeChannel {
    private static final long ANSWER_MS = 5_000;

    private WakeChannel() {
    }

    /**
     * {@return a channel that does not block, readable after each time the runtime has rung}
     *
     * @throws IOException if the runtime does not answer or refuses
     */
    static SocketChannel open(Path path, long token, String instance) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean granted = false;
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.configureBlocking(false);
            ByteBuffer request = ByteBuffer.allocateDirect(AttachRequest.BYTES);
            WakeRequest.write(MemorySegment.ofBuffer(request), token);
            channel.write(request); // an empty socket takes it whole
            AttachReply answer = answer(channel, instance);
            granted = answer.code() == AttachReply.Code.GRANTED;
            if (!granted) {
                throw new IOException("instance '" + instance + "' does not wake selectors: " + answer.message());
            }
            return channel;
        } catch (IllegalArgumentException e) {
            throw new IOException("instance '" + instance + "': " + e.getMessage(), e);
        } finally {
            if (!granted) {
                channel.close();
            }
        }
    }

    private static AttachReply answer(SocketChannel channel, String instance) throws IOException {
        ByteBuffer reply = ByteBuffer.allocateDirect(AttachReply.HEAD_BYTES + AttachReply.MAX_TEXT_BYTES);
        MemorySegment memory = MemorySegment.ofBuffer(reply);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            int missing = AttachReply.HEAD_BYTES;
            while (missing > 0) {
                reply.limit(reply.position() + missing); // no more: what follows the answer is for the owner
                if (selector.select(ANSWER_MS) == 0) {
                    throw new IOException("instance '" + instance + "' does not answer");
                }
                selector.selectedKeys().clear();
                if (channel.read(reply) < 0) {
                    throw new IOException("instance '" + instance + "' has hung up");
                }
                boolean head = reply.position() < AttachReply.HEAD_BYTES;
                missing = AttachReply.HEAD_BYTES + (head ? 0 : AttachReply.textBytes(memory)) - reply.position();
            }
        }
        return AttachReply.read(memory);
    }
}
