package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortException;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Poller;
import org.millrace.testkit.Namespace;

/** The memory port through a directory. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MemoryPortProcessTest {
    private static final long LIMIT_NS = 20_000_000_000L;
    private static final int STOP_BYTES = 14;

    @TempDir
    Path directory;

    private static Port open(Path directory, String side, String... more) {
        Map<String, String> options = more.length == 0 ? Map.of("path", directory.toString(), "side", side)
                : Map.of("path", directory.toString(), "side", side, more[0], more[1]);
        return new MemoryPortFactory().open(options);
    }

    /** Looks, sleeps if there is nothing, looks again. */
    private static int await(Port port, Poller poller, FrameBatch in) {
        int count = port.receive(in);
        while (count == 0) {
            port.sleeping(true);
            count = port.receive(in);
            if (count == 0) {
                if (poller.poll(LIMIT_NS) == 0) {
                    throw new IllegalStateException("no frame within the limit");
                }
            }
            port.sleeping(false);
        }
        return count;
    }

    /** Echoes frames on side b until one has no payload. */
    static final class Echo {
        public static void main(String[] arguments) {
            Random random = new Random(1);
            try (Port port = open(Path.of(arguments[0]), "b")) {
                Poller poller = new Poller(port.descriptor());
                FrameBatch in = new FrameBatch(16);
                TransmitBatch out = port.newTransmitBatch();
                boolean stop = false;
                while (!stop) {
                    await(port, poller, in);
                    for (int i = 0; i < in.count(); i++) {
                        Frames.add(out, random, 14, in.segment[i].asSlice(in.offset[i], in.length[i]), 3, in.length[i]);
                        stop |= in.length[i] == STOP_BYTES;
                    }
                    port.transmit(out);
                }
            }
        }
    }

    @Test
    void framesCrossBetweenProcessesThatSleep() throws Exception {
        Random random = new Random(2);
        Process echo = new ProcessBuilder(Namespace.java(Echo.class, directory.toString())).inheritIO().start();
        try (Port port = open(directory, "a")) {
            Poller poller = new Poller(port.descriptor());
            FrameBatch in = new FrameBatch(16);
            TransmitBatch out = port.newTransmitBatch();
            Queue<byte[]> sent = new ArrayDeque<>();
            for (int round = 0; round < 300; round++) {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    int length = random.nextInt(8) == 0 ? random.nextInt(65_000) : random.nextInt(1400) + 1;
                    sent.add(Frames.add(out, random, 14, Frames.payload(random, length), length / 3, length));
                }
                if (round == 299) {
                    sent.add(Frames.add(out, random, STOP_BYTES, Frames.payload(random, 1), 0, 0));
                }
                assertThat(port.transmit(out)).isPositive();
                while (!sent.isEmpty()) {
                    await(port, poller, in);
                    for (int i = 0; i < in.count(); i++) {
                        byte[] back = Frames.bytes(in, i);
                        assertThat(Arrays.copyOfRange(back, 14, back.length)).isEqualTo(sent.remove());
                    }
                }
            }
            assertThat(echo.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(echo.exitValue()).isZero();
        } finally {
            echo.destroyForcibly().waitFor();
        }
    }

    @Test
    void reopenedSideFindsWhatWasSentMeanwhile() {
        Random random = new Random(3);
        open(directory, "a").close();
        byte[] frame;
        try (Port b = open(directory, "b")) {
            TransmitBatch out = b.newTransmitBatch();
            frame = Frames.add(out, random, 54, Frames.payload(random, 10), 0, 10);
            assertThat(b.transmit(out)).isEqualTo(1);
        }
        try (Port a = open(directory, "a")) {
            FrameBatch in = new FrameBatch(4);
            assertThat(a.receive(in)).isEqualTo(1);
            assertThat(Frames.bytes(in, 0)).isEqualTo(frame);
        }
    }

    @Test
    void sideInUseIsRefusedAndNamesTheOther() {
        try (Port a = open(directory, "a")) {
            assertThatThrownBy(() -> open(directory, "a")).isInstanceOf(PortException.class)
                    .hasMessageContaining("side a is in use").hasMessageContaining("the other side is b");
            assertThat(a.info().name()).isEqualTo("memory:a");
        }
    }

    @Test
    void differentRingSizesAreRefused() {
        try (Port a = open(directory, "a")) {
            assertThatThrownBy(() -> open(directory, "b", "ring-bytes", "262144")).isInstanceOf(PortException.class)
                    .hasMessageContaining("ring-bytes");
            open(directory, "b").close();
            assertThat(a.info().mtuBytes()).isEqualTo(1500);
        }
    }

    @Test
    void badPathAndSideAreNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> open(file, "a")).isInstanceOf(PortException.class).hasMessageContaining("path");
        assertThatThrownBy(() -> open(directory, "c")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("side is 'c'; allowed is a or b");
        assertThatThrownBy(() -> new MemoryPortFactory().open(Map.of("path", "/tmp")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("side is missing");
    }
}
