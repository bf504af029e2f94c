package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MappedRegionTest {
    private final Linux linux = new Linux();

    @Test
    void freshMemoryReadsZeroAndKeepsWhatIsWritten() {
        try (MappedRegion region = MappedRegion.create("test", 100_000)) {
            assertThat(region.sizeBytes()).isGreaterThanOrEqualTo(100_000).isEqualTo(region.segment().byteSize());
            assertThat(region.sizeBytes() % Linux.pageSize()).isZero();
            assertThat(region.segment().get(ValueLayout.JAVA_LONG, 99_992)).isZero();
            region.segment().set(ValueLayout.JAVA_LONG, 99_992, 42);
            assertThat(region.segment().get(ValueLayout.JAVA_LONG, 99_992)).isEqualTo(42);
        }
    }

    @Test
    void whatIsReservedCostsNothingUntilItIsTouched() {
        MemorySegment memory = MappedRegion.reserve("test", 1L << 36); // more than this machine has
        memory.set(ValueLayout.JAVA_BYTE, memory.byteSize() - 1, (byte) 7);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, memory.byteSize() - 1)).isEqualTo((byte) 7);
    }

    @Test
    void nobodyCanChangeTheSize() {
        try (MappedRegion region = MappedRegion.create("test", 8192)) {
            assertThat(linux.truncate(region.descriptor(), 4096)).isEqualTo(-Linux.EPERM);
            assertThat(linux.truncate(region.descriptor(), 1 << 20)).isEqualTo(-Linux.EPERM);
        }
    }

    @Test
    void attachedRegionIsTheSameMemory() {
        try (MappedRegion region = MappedRegion.create("test", 8192)) {
            int other = linux.open("/proc/self/fd/" + region.descriptor(), Linux.O_RDWR | Linux.O_CLOEXEC, 0);
            assertThat(other).isGreaterThan(0);
            try (MappedRegion attached = MappedRegion.attach(other, 8192)) {
                region.segment().set(ValueLayout.JAVA_INT, 4096, 7);
                assertThat(attached.segment().get(ValueLayout.JAVA_INT, 4096)).isEqualTo(7);
            }
        }
    }

    @Test
    void attachingMoreThanThereIsFailsAndClosesTheDescriptor() {
        try (MappedRegion region = MappedRegion.create("test", 8192)) {
            int other = linux.open("/proc/self/fd/" + region.descriptor(), Linux.O_RDWR | Linux.O_CLOEXEC, 0);
            assertThatThrownBy(() -> MappedRegion.attach(other, 1 << 20)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("8192").hasMessageContaining("1048576");
            assertThat(linux.fileLength(other)).isNegative();
        }
    }

    @Test
    void releasedPagesReadZeroAndPartialPagesStay() {
        int page = Linux.pageSize();
        try (MappedRegion region = MappedRegion.create("test", 4L * page)) {
            region.segment().fill((byte) 1);
            assertThat(region.release(page / 2, 2L * page)).isEqualTo(page);
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, page - 1)).isEqualTo((byte) 1);
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, page)).isZero();
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, 2L * page - 1)).isZero();
            assertThat(region.segment().get(ValueLayout.JAVA_BYTE, 2L * page)).isEqualTo((byte) 1);
            assertThat(region.release(1, page)).isZero();
            assertThatThrownBy(() -> region.release(0, 5L * page)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void accessAfterCloseThrowsInsteadOfCrashing() {
        MappedRegion region = MappedRegion.create("test", 4096);
        region.close();
        region.close();
        assertThatThrownBy(() -> region.segment().get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void failureNamesTheCallAndTheReason() {
        assertThatThrownBy(() -> MappedRegion.attach(-1, 4096)).isInstanceOf(NativeException.class)
                .hasMessageContaining("lseek").hasMessageContaining("errno");
    }
}
