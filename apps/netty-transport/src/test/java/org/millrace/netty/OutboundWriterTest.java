package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream that takes as many bytes as the test says. */
class OutboundWriterTest {
    private static final int SPINS = 16;

    @TempDir
    private Path directory;
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    private final OutboundWriter writer = new OutboundWriter();
    private final StringBuilder written = new StringBuilder();
    private int room;
    private int writes;
    private final ChannelStream stream = (ChannelStream) Proxy.newProxyInstance(getClass().getClassLoader(),
        new Class<?>[] {ChannelStream.class}, (self, method, arguments) -> switch (method.getName()) {
            case "writable" -> room;
            case "isOpen" -> true;
            case "write" -> arguments.length == 1 ? (Object) take((ByteBuffer) arguments[0])
                : (Object) gather((ByteBuffer[]) arguments[0], (int) arguments[2]);
            default -> throw new AssertionError(method);
        });

    private int take(ByteBuffer source) {
        writes++;
        byte[] bytes = new byte[Math.min(room, source.remaining())];
        source.get(bytes);
        written.append(new String(bytes, StandardCharsets.US_ASCII));
        room -= bytes.length;
        return bytes.length;
    }

    private long gather(ByteBuffer[] sources, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += take(sources[i]);
        }
        return sum;
    }

    private void send(String text) {
        add(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), text.length());
    }

    private void sendFile(String text, long count) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "region", ""), text);
        add(new DefaultFileRegion(FileChannel.open(file), 0, count), (int) count);
    }

    private void add(Object message, int bytes) {
        assertThat(OutboundWriter.isSendable(message)).isTrue();
        out.addMessage(message, bytes, channel.newPromise());
        out.addFlush();
    }

    @Test
    void gathersBuffers() throws IOException {
        room = 100;
        send("one");
        send("");
        send("two");
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(written).hasToString("onetwo");
        assertThat(out.isEmpty()).isTrue();
        assertThat(writer.isBlocked()).isFalse();
    }

    @Test
    void isBlockedUntilTheStreamTakesBytesAgain() throws IOException {
        room = 4;
        send("one");
        send("two");
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(written).hasToString("onet");
        assertThat(writer.isBlocked()).isTrue();
        assertThat(writer.unblock(stream)).isFalse();
        room = 100;
        assertThat(writer.unblock(stream)).isTrue();
        assertThat(writer.unblock(stream)).as("it was not blocked").isFalse();
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(written).hasToString("onetwo");
    }

    @Test
    void turnIsOverAfterItsSpins() throws IOException {
        room = 100;
        sendFile("one", 3);
        sendFile("two", 3);
        assertThat(writer.write(out, stream, 1)).isTrue();
        assertThat(written).hasToString("one");
        assertThat(writer.isBlocked()).as("others first").isTrue();
        assertThat(writer.unblock(stream)).isTrue();
        assertThat(writer.write(out, stream, 1)).isFalse();
        assertThat(written).hasToString("onetwo");
        assertThat(writer.isBlocked()).isFalse();
    }

    @Test
    void fileRegionGoesAPieceAtATime() throws IOException {
        room = 2;
        sendFile("three", 5);
        writer.write(out, stream, SPINS);
        assertThat(written).hasToString("th");
        int before = writes;
        writer.write(out, stream, SPINS);
        assertThat(writes).as("without room it is not tried").isEqualTo(before);
        room = 100;
        writer.write(out, stream, SPINS);
        assertThat(written).hasToString("three");
        assertThat(out.isEmpty()).isTrue();
    }

    @Test
    void fileThatIsShorterThanItsRegionIsAnError() throws IOException {
        room = 100;
        sendFile("short", 8);
        assertThatThrownBy(() -> writer.write(out, stream, SPINS)).isInstanceOf(IOException.class);
    }

    /** A region whose bytes come with time, as that of a file over TLS or of a full kernel socket. */
    private static final class Late extends AbstractReferenceCounted implements FileRegion {
        private final Deque<String> pieces;
        private long transferred;

        Late(String... pieces) {
            this.pieces = new ArrayDeque<>(List.of(pieces));
        }

        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            int bytes = target.write(ByteBuffer.wrap(pieces.remove().getBytes(StandardCharsets.US_ASCII)));
            transferred += bytes;
            return bytes;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public long transferred() {
            return transferred;
        }

        @Override
        @Deprecated
        public long transfered() {
            return transferred;
        }

        @Override
        public long count() {
            return 6;
        }

        @Override
        protected void deallocate() {
        }

        @Override
        public FileRegion retain() {
            super.retain();
            return this;
        }

        @Override
        public FileRegion retain(int increment) {
            super.retain(increment);
            return this;
        }

        @Override
        public FileRegion touch() {
            return this;
        }

        @Override
        public FileRegion touch(Object hint) {
            return this;
        }
    }

    @Test
    void regionThatHasNothingNowIsTriedAgain() throws IOException {
        room = 100;
        add(new Late("la", "", "", "test"), 6);
        assertThat(writer.write(out, stream, SPINS)).as("no spinning").isFalse();
        assertThat(written).hasToString("la");
        assertThat(writer.isBlocked()).isTrue();
        assertThat(writer.awaitsSource()).isTrue();
        assertThat(writer.unblock(stream)).isTrue();
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(writer.awaitsSource()).isTrue();
        assertThat(writer.unblock(stream)).isTrue();
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(written).hasToString("latest");
        assertThat(writer.awaitsSource()).isFalse();
        assertThat(out.isEmpty()).isTrue();
    }

    @Test
    void regionThatWritesNothingToAFullStreamWaitsForTheStream() throws IOException {
        room = 2;
        add(new Late("la", "test"), 6);
        assertThat(writer.write(out, stream, SPINS)).isFalse();
        assertThat(writer.isBlocked()).isTrue();
        assertThat(writer.awaitsSource()).as("the stream says when").isFalse();
    }

    @Test
    void otherObjectsAreNotSendable() {
        assertThat(OutboundWriter.isSendable("text")).isFalse();
    }
}
