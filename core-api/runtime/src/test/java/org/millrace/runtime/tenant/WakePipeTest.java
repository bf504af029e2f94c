package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class WakePipeTest {
    @Test
    void ringMakesTheSourceReadable() throws IOException {
        WakePipe pipe = new WakePipe();
        try (Selector selector = Selector.open()) {
            pipe.source().register(selector, SelectionKey.OP_READ);
            assertThat(selector.selectNow()).isZero();
            pipe.ring();
            assertThat(selector.select()).isEqualTo(1);
            assertThat(read(pipe)).isEqualTo(1);
        }
        pipe.end();
        pipe.closeSource();
    }

    @Test
    void endIsSeenBySleepers() throws IOException {
        WakePipe pipe = new WakePipe();
        pipe.end();
        assertThat(read(pipe)).isEqualTo(-1);
        pipe.ring();
        pipe.closeSource();
    }

    @Test
    void applicationThatDoesNotReadStopsNobody() throws IOException {
        WakePipe pipe = new WakePipe();
        for (int i = 0; i < 200_000; i++) { // more than a pipe holds
            pipe.ring();
        }
        assertThat(read(pipe)).isPositive();
        pipe.end();
        pipe.closeSource();
    }

    @Test
    void applicationThatHasGoneIsNotRungFor() throws IOException {
        WakePipe pipe = new WakePipe();
        pipe.closeSource();
        pipe.ring();
        pipe.ring();
        pipe.end();
    }

    private static int read(WakePipe pipe) throws IOException {
        return ((ReadableByteChannel) pipe.source()).read(ByteBuffer.allocate(64));
    }
}
