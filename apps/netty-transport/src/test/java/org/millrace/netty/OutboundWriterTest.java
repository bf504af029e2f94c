package org.millrace.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void otherObjectsAreNotSendable() {
        assertThat(OutboundWriter.isSendable("text")).isFalse();
    }
}
