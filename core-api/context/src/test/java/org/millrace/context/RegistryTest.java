package org.millrace.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.transport.ConnectionInfo;

class RegistryTest {
    @TempDir
    Path directory;

    @Test
    void linesReadAsTheyWereWritten() throws IOException {
        ConnectionInfo connection = info(7, "established");
        ConnectionInfo listener = new ConnectionInfo("tcp", "listen", new InetSocketAddress("::1", 80), null, 3, -1, 0, 16,
            "");
        ConnectionInfo context = new ConnectionInfo("", "open", null, null, 3, -1, 1, 1024, "pid 17");
        try (Registry registry = Registry.create(directory, 100)) {
            registry.put(1, RegistryLine.Kind.CONNECTION, info(7, "syn-sent"), 1000);
            registry.put(1, RegistryLine.Kind.CONNECTION, connection, 2000);
            registry.put(2, RegistryLine.Kind.LISTENER, listener, 3000);
            registry.put(3, RegistryLine.Kind.CONTEXT, context, 4000);
            registry.put(4, RegistryLine.Kind.CONNECTION, info(8, "closed"), 4000);
            registry.remove(4);
            assertThat(registry.size()).isEqualTo(3);
            assertThat(Registry.read(directory)).containsExactlyInAnyOrder(
                new RegistryLine(RegistryLine.Kind.CONNECTION, connection, 1000, 2000),
                new RegistryLine(RegistryLine.Kind.LISTENER, listener, 3000, 3000),
                new RegistryLine(RegistryLine.Kind.CONTEXT, context, 4000, 4000));
        }
        assertThat(Registry.read(directory)).hasSize(3);
    }

    @Test
    void fileIsForItsOwnerOnly() throws IOException {
        Registry.create(directory, 10).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("registry"))))
            .isEqualTo("rw-------");
    }

    @Test
    void linesOfAllShardsAreReadAndEachWritesForItself() throws IOException {
        List<Registry> shards = Registry.create(directory, 3, 100);
        for (int i = 0; i < 3; i++) {
            shards.get(i).put(1, RegistryLine.Kind.CONNECTION, info(i, "established"), 0); // the same number: another line
        }
        assertThat(Registry.read(directory)).extracting(line -> line.info().connection()).containsExactlyInAnyOrder(0, 1, 2);
        shards.forEach(Registry::close);
        Files.write(directory.resolve("registry-1"), new byte[1000]);
        assertThat(Registry.read(directory)).as("those that can be read").hasSize(2);
        Files.write(directory.resolve("registry"), new byte[1000]);
        Files.write(directory.resolve("registry-2"), new byte[1000]);
        assertThatThrownBy(() -> Registry.read(directory)).hasMessageContaining("is damaged");
    }

    @Test
    void registryOfFewerShardsForgetsTheOthers() throws IOException {
        for (Registry shard : Registry.create(directory, 3, 100)) {
            shard.put(1, RegistryLine.Kind.CONNECTION, info(1, "established"), 0);
            shard.close();
        }
        Registry.create(directory, 2, 100).forEach(Registry::close);
        assertThat(Registry.read(directory)).isEmpty();
        assertThat(directory.resolve("registry-2")).doesNotExist();
    }

    @Test
    void thirtyTwoThousandConnectionsFit() throws IOException {
        try (Registry registry = Registry.create(directory, Registry.DEFAULT_LINES)) {
            for (int i = 0; i < 32 << 10; i++) {
                registry.put(i, RegistryLine.Kind.CONNECTION, info(i, "established"), i);
            }
            assertThat(registry.refused()).isZero();
            assertThat(Registry.read(directory)).hasSize(32 << 10);
        }
    }

    @Test
    void fullRegistryLeavesLinesOutAndCountsThem() throws IOException {
        try (Registry registry = Registry.create(directory, 100)) {
            for (int i = 0; i < 2_000; i++) {
                registry.put(i, RegistryLine.Kind.CONNECTION, info(i, "established"), i);
            }
            assertThat(registry.refused()).isPositive();
            assertThat(registry.size() + registry.refused()).isEqualTo(2_000);
            assertThat(Registry.read(directory)).hasSize((int) registry.size());
        }
    }

    @Test
    void longTextIsCutToWhatFits() throws IOException {
        try (Registry registry = Registry.create(directory, 10)) {
            ConnectionInfo info = new ConnectionInfo("t".repeat(100), "ä".repeat(100), null, null, 0, 0, 0, 0,
                "d".repeat(1000));
            registry.put(1, RegistryLine.Kind.CONNECTION, info, 0);
            ConnectionInfo read = Registry.read(directory).getFirst().info();
            assertThat(read.transport()).isEqualTo("t".repeat(16));
            assertThat(read.state()).isEqualTo("ä".repeat(8));
            assertThat(read.detail()).isEqualTo("d".repeat(128));
        }
    }

    @Test
    void mapItselfAllocatesNothingForAnUpdate() throws IOException {
        ConnectionInfo context = new ConnectionInfo("", "open", null, null, 3, -1, 1, 1024, "");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Registry registry = Registry.create(directory, 100)) {
            for (int i = 0; i < 5_000; i++) {
                registry.put(1, RegistryLine.Kind.CONTEXT, context, i);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2_000; i++) {
                registry.put(1, RegistryLine.Kind.CONTEXT, context, i);
            }
            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 2_000).isLessThan(200);
        }
    }

    @Test
    void registryOfAKilledRuntimeIsReadable() throws Exception {
        try (Processes runtime = Processes.runtime(directory.resolve("classes"), Writer.class, directory.toString())) {
            assertThat(runtime.line()).isEqualTo("ready");
            assertThat(Registry.read(directory)).as("while it runs").hasSizeGreaterThan(900);
            runtime.kill();
        }
        assertThat(Files.readString(directory.resolve("classes"))).as("no Java compiler ran")
            .contains("RegistryRecord$$Native").doesNotContain("com.sun.tools.javac.main.JavaCompiler");
        List<RegistryLine> lines = Registry.read(directory);
        assertThat(lines).hasSizeBetween(999, 1000);
        assertThat(lines).allSatisfy(line -> assertThat(line.info().detail()).startsWith("n="));
    }

    @Test
    void damagedRegistryIsOneLine() throws IOException {
        Path file = directory.resolve("registry");
        assertThatThrownBy(() -> Registry.read(directory)).isInstanceOf(NoSuchFileException.class)
            .hasMessageContaining("no instance has run here");
        Files.write(file, new byte[10_000]);
        assertDamaged();
        Files.writeString(file, "not a registry");
        assertDamaged();
        Registry.create(directory, 100).close();
        try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
            truncated.setLength(3000);
        }
        assertDamaged();
    }

    @Test
    void randomDamageIsReadOrOneLineButNeverAnythingElse() throws IOException {
        Random random = new Random(1);
        for (int round = 0; round < 10; round++) {
            try (Registry registry = Registry.create(directory, 100)) {
                for (int i = 0; i < 100; i++) {
                    registry.put(i, RegistryLine.Kind.CONNECTION, info(i, "established"), i);
                }
            }
            try (RandomAccessFile file = new RandomAccessFile(directory.resolve("registry").toFile(), "rw")) {
                for (int i = 0; i < 200; i++) {
                    file.seek(random.nextLong(file.length()));
                    file.write(random.nextInt());
                }
            }
            try {
                assertThat(Registry.read(directory)).as("seed 1 round " + round).hasSizeLessThanOrEqualTo(100);
            } catch (IOException damaged) {
                assertThat(damaged).hasMessageContaining("is damaged");
            }
        }
    }

    private void assertDamaged() {
        assertThatThrownBy(() -> Registry.read(directory)).isInstanceOf(IOException.class)
            .hasMessageContaining("is damaged").message().doesNotContain("\n");
    }

    static ConnectionInfo info(int connection, String state) {
        return new ConnectionInfo("tcp", state, new InetSocketAddress("10.0.0.1", 80),
            new InetSocketAddress("10.0.0.2", 40_000), 3, connection, 17, 4_000_000_000L, "n=" + connection);
    }

    /** Writes 1000 lines again and again. */
    static final class Writer {
        private Writer() {
        }

        public static void main(String[] arguments) throws IOException {
            Registry registry = Registry.create(Path.of(arguments[0]), 2000);
            for (int i = 0; true; i++) {
                registry.put(i % 1000, RegistryLine.Kind.CONNECTION, info(i, "established"), i);
                if (i == 3000) {
                    System.out.println("ready");
                }
            }
        }
    }
}
