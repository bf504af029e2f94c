package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;

class ContextLayoutTest {
    private static final ContextSize SIZE = new ContextSize(5, 8192, 4096, 64);

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment region = arena.allocate(ContextLayout.bytes(SIZE), ContextLayout.PAGE);
    private final ContextLayout created = ContextLayout.create(region, SIZE, 7);

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void attachReadsWhatCreateWrote() {
        ContextLayout attached = ContextLayout.attach(region);
        assertThat(attached.size()).isEqualTo(SIZE);
        assertThat(attached.context()).isEqualTo(7);
        assertThat(attached.isOpen()).isTrue();
        assertThat(attached.requestRing()).isEqualTo(created.requestRing());
        assertThat(attached.eventRing()).isEqualTo(created.eventRing());
        assertThat(attached.record(3)).isEqualTo(created.record(3));
        assertThat(attached.transmitRing(4)).isEqualTo(created.transmitRing(4));
    }

    @Test
    void partsFollowEachOtherPageAlignedToTheEnd() {
        long ring = DescriptorRing.bytes(64);
        assertThat(created.requestRing()).isEqualTo(ContextLayout.PAGE);
        assertThat(created.eventRing()).isGreaterThanOrEqualTo(created.requestRing() + ring);
        assertThat(created.record(0)).isGreaterThanOrEqualTo(created.eventRing() + ring);
        assertThat(created.receiveRing(0)).isGreaterThanOrEqualTo(created.record(5));
        assertThat(created.receiveRing(0) % (64 << 10)).as("pages of an aarch64 have up to 64 KiB").isZero();
        assertThat(created.transmitRing(0)).isEqualTo(created.receiveRing(0) + 8192);
        assertThat(created.receiveRing(1)).isEqualTo(created.transmitRing(0) + 4096);
        assertThat(created.transmitRing(4) + 4096).isEqualTo(ContextLayout.bytes(SIZE));
    }

    @Test
    void connectionIdsNameTheirSlot() {
        int id = 0x7fff << 16 | 3;
        assertThat(ContextLayout.slot(id)).isEqualTo(3);
        assertThat(created.record(id)).isEqualTo(created.record(3));
        assertThat(created.receiveRing(id)).isEqualTo(created.receiveRing(3));
    }

    @Test
    void largestContextNeedsMoreThanAnInt() {
        ContextSize largest = new ContextSize(65536, 16 << 20, 16 << 20, 65536);
        assertThat(ContextLayout.bytes(largest)).isGreaterThan(65536L * (32 << 20));
    }

    @Test
    void closingIsSeenByTheOtherSide() {
        ContextLayout attached = ContextLayout.attach(region);
        created.markClosed();
        assertThat(attached.isOpen()).isFalse();
    }

    @Test
    void creditsAndPacingAreSeenByTheOtherSide() {
        ContextLayout attached = ContextLayout.attach(region);
        created.credits(2, 1L << 40);
        created.pacing(2, ContextLayout.PUSH);
        assertThat(attached.credits(2)).isEqualTo(1L << 40);
        assertThat(attached.pacing(2)).isEqualTo(ContextLayout.PUSH);
        assertThat(attached.pacing(1)).isEqualTo(ContextLayout.PULL);
        assertThat(attached.credits(3)).isZero();
    }

    @Test
    void magicIsReadableInADump() {
        byte[] text = region.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE);
        assertThat(new String(text, StandardCharsets.US_ASCII)).isEqualTo("MILLRACE");
    }

    @Test
    void otherMemoryIsRefused() {
        assertThatThrownBy(() -> ContextLayout.attach(arena.allocate(64)))
            .hasMessage("this memory is no Millrace context");
        assertThatThrownBy(() -> ContextLayout.attach(arena.allocate(8192)))
            .hasMessage("this memory is no Millrace context");
    }

    @Test
    void versionMismatchNamesBothValues() {
        region.set(ContextLayout.I32, 8, 9);
        assertThatThrownBy(() -> ContextLayout.attach(region)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is version 9").hasMessageContaining("is version " + ContextLayout.VERSION);
    }

    @Test
    void hashMismatchNamesBothValues() {
        region.set(ContextLayout.I32, 12, 0x1234abcd);
        assertThatThrownBy(() -> ContextLayout.attach(region)).hasMessageContaining("1234abcd")
            .hasMessageContaining(String.format("%08x", ContextLayout.HASH));
    }

    @Test
    void truncatedRegionNamesBothSizes() {
        long bytes = ContextLayout.bytes(SIZE);
        assertThatThrownBy(() -> ContextLayout.attach(region.asSlice(0, bytes - 1)))
            .hasMessageContaining(String.valueOf(bytes - 1)).hasMessageContaining(String.valueOf(bytes));
    }

    @Test
    void absurdSizesInTheHeaderAreRefused() {
        region.set(ContextLayout.I32, 28, -1);
        assertThatThrownBy(() -> ContextLayout.attach(region)).hasMessageContaining("connections is -1");
        region.set(ContextLayout.I32, 28, 6);
        assertThatThrownBy(() -> ContextLayout.attach(region)).isInstanceOf(IllegalArgumentException.class);
    }
}
