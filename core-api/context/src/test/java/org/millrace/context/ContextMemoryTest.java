package org.millrace.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.memory.Linux;
import org.millrace.memory.MappedRegion;

class ContextMemoryTest {
    private final Linux linux = new Linux();

    @ParameterizedTest
    @EnumSource
    void isUsableWithWhateverPagesTheSystemGives(HugePages pages) {
        try (ContextMemory memory = ContextMemory.create("test", 3 << 20, pages)) {
            assertThat(memory.sizeBytes()).isGreaterThanOrEqualTo(3 << 20);
            assertThat(memory.segment().get(ValueLayout.JAVA_LONG, (3 << 20) - 8)).isZero();
            memory.segment().set(ValueLayout.JAVA_LONG, (3 << 20) - 8, 42);
            assertThat(memory.segment().get(ValueLayout.JAVA_LONG, (3 << 20) - 8)).isEqualTo(42);
        }
    }

    @Test
    void nobodyCanChangeTheSize() {
        try (ContextMemory memory = ContextMemory.create("test", 8192, HugePages.OFF)) {
            assertThat(linux.truncate(memory.descriptor(), 4096)).isEqualTo(-Linux.EPERM);
            assertThat(linux.truncate(memory.descriptor(), 1 << 20)).isEqualTo(-Linux.EPERM);
        }
    }

    @Test
    void anotherMappingOfTheDescriptorIsTheSameMemoryAndOutlivesTheFirst() {
        ContextMemory memory = ContextMemory.create("test", 8192, HugePages.OFF);
        int other = linux.open("/proc/self/fd/" + memory.descriptor(), Linux.O_RDWR | Linux.O_CLOEXEC, 0);
        try (MappedRegion attached = MappedRegion.attach(other, 8192)) {
            memory.segment().set(ValueLayout.JAVA_INT, 4096, 7);
            assertThat(attached.segment().get(ValueLayout.JAVA_INT, 4096)).isEqualTo(7);
            memory.close();
            assertThat(attached.segment().get(ValueLayout.JAVA_INT, 4096)).isEqualTo(7);
        }
    }

    @Test
    void releasedPagesReadZeroAndPartialPagesStay() {
        int page = Linux.pageSize();
        try (ContextMemory memory = ContextMemory.create("test", 4L * page, HugePages.OFF)) {
            memory.segment().fill((byte) 1);
            assertThat(memory.release(page / 2, 2L * page)).isEqualTo(page);
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, page - 1)).isEqualTo((byte) 1);
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, page)).isZero();
            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 2L * page)).isEqualTo((byte) 1);
            assertThatThrownBy(() -> memory.release(0, 5L * page)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void manyLargeContextsCostOneMappingAndTwoDescriptorsEach() throws IOException {
        List<ContextMemory> all = new ArrayList<>();
        try {
            for (int i = 0; i < 256; i++) {
                ContextMemory memory = ContextMemory.create("counted", 4L << 30, HugePages.OFF);
                all.add(memory);
                memory.segment().set(ValueLayout.JAVA_LONG, (4L << 30) - 8, i);
            }
            assertThat(mappingsOf("counted")).isEqualTo(256);
            assertThat(descriptorsOf("counted")).isBetween(256L, 512L);
        } finally {
            all.forEach(ContextMemory::close);
        }
        assertThat(mappingsOf("counted")).isZero();
        assertThat(descriptorsOf("counted")).isZero();
    }

    @Test
    void canBeClosedByAnotherThreadAndThenThrowsInsteadOfCrashing() throws InterruptedException {
        ContextMemory memory = ContextMemory.create("test", 4096, HugePages.OFF);
        Thread other = Thread.ofPlatform().start(memory::close);
        other.join();
        memory.close();
        assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_BYTE, 0))
            .isInstanceOf(IllegalStateException.class);
    }

    private static long mappingsOf(String name) throws IOException {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.filter(line -> line.contains("/memfd:" + name + " ")).count();
        }
    }

    private static long descriptorsOf(String name) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> target(descriptor).startsWith("/memfd:" + name + " ")).count();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed by now";
        }
    }
}
