package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxTest {
    private final Linux linux = new Linux();

    @Test
    void errorsAreNegativeErrnoAndHaveAText() {
        assertThat(linux.open("/nowhere/at/all", Linux.O_RDWR, 0)).isEqualTo(-Linux.ENOENT);
        assertThatThrownBy(() -> Linux.check(-Linux.ENOENT, "open")).isInstanceOf(NativeException.class)
                .hasMessage("open: No such file or directory (errno 2)");
        assertThat(Linux.check(5, "open")).isEqualTo(5);
    }

    @Test
    void fifoIsReadAndWrittenWithoutBlocking(@TempDir Path directory) {
        String path = directory.resolve("bell").toString();
        assertThat(linux.makeFifo(path, 0600)).isZero();
        assertThat(linux.makeFifo(path, 0600)).isEqualTo(-Linux.EEXIST);
        int fd = linux.open(path, Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(16);
            assertThat(linux.read(fd, buffer.address(), 16)).isEqualTo(-Linux.EAGAIN);
            buffer.set(ValueLayout.JAVA_BYTE, 0, (byte) 9);
            assertThat(linux.write(fd, buffer.address(), 3)).isEqualTo(3);
            assertThat(linux.read(fd, buffer.address(), 16)).isEqualTo(3);
        } finally {
            assertThat(Linux.close(fd)).isZero();
        }
    }

    @Test
    void threadCpuTimeAdvances() {
        long start = linux.threadCpuNs();
        long now = start;
        while (now == start) {
            now = linux.threadCpuNs();
        }
        assertThat(now).isGreaterThan(start);
    }

    @Test
    void threadStaysOnTheProcessorsThatItIsGiven() throws InterruptedException {
        BitSet allowed = linux.affinity();
        BitSet last = new BitSet();
        last.set(allowed.length() - 1);
        BitSet nowhere = new BitSet();
        nowhere.set(8191);
        List<Object> seen = new ArrayList<>();
        Thread.ofPlatform().start(() -> {
            Linux own = new Linux();
            seen.add(own.setAffinity(last));
            seen.add(own.affinity());
            seen.add(own.setAffinity(nowhere));
            seen.add(own.affinity());
        }).join();
        assertThat(seen).containsExactly(0, last, -22, last);
        assertThat(linux.affinity()).as("of this thread").isEqualTo(allowed);
    }

    @Test
    void socketsReportErrors() {
        Sockets sockets = new Sockets();
        assertThat(sockets.interfaceIndex("lo")).isPositive();
        assertThat(sockets.interfaceIndex("no-such-if")).isZero();
        assertThat(sockets.setOption(-1, 1, 2, 3)).isEqualTo(-9);
        int fd = sockets.socket(1, 2, 0);
        assertThat(fd).isPositive();
        assertThat(sockets.receive(fd, 0, 0, Sockets.MSG_DONTWAIT)).isEqualTo(-Linux.EAGAIN);
        Linux.close(fd);
    }

    @Test
    void everyOtherMachineGetsOneClearError() {
        assertThat(NativeConstants.select("Linux", "amd64").architecture()).isEqualTo("x86-64");
        assertThat(NativeConstants.select("Linux", "aarch64").architecture()).isEqualTo("aarch64");
        assertThatThrownBy(() -> NativeConstants.select("Linux", "riscv64"))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("riscv64");
        assertThatThrownBy(() -> NativeConstants.select("Windows 11", "amd64"))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("Windows");
    }
}
