package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
    private static final int BYTES = 64 << 10;

    private final BlockPool pool = new BlockPool(BYTES);

    @Test
    void rangesArePowersOfTwoAlignedToTheirSize() {
        assertThat(pool.reserve(1)).isZero();
        assertThat(pool.reserve(257)).isEqualTo(512);
        assertThat(pool.reserve(256)).isEqualTo(256);
        assertThat(pool.reserve(4000)).isEqualTo(4096);
        assertThat(pool.reservedBytes()).isEqualTo(256 + 512 + 256 + 4096);
    }

    @Test
    void wholeBufferIsOneRange() {
        assertThat(pool.reserve(BYTES)).isZero();
        assertThat(pool.reserve(0)).isEqualTo(BlockPool.NONE);
        assertThat(pool.release(0)).isEqualTo(BYTES);
        assertThat(pool.reserve(BYTES + 1)).isEqualTo(BlockPool.NONE);
        assertThat(pool.reserve(-1)).isEqualTo(BlockPool.NONE);
        assertThat(pool.reserve(Integer.MAX_VALUE)).isEqualTo(BlockPool.NONE);
        assertThat(pool.reserve(BYTES)).isZero();
    }

    @Test
    void whatIsNotReservedIsNotGivenBack() {
        int at = pool.reserve(1024);
        for (int position : new int[] {-1, -256, 1, at + 256, at + 512, 4096, BYTES, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThat(pool.release(position)).as("position %d", position).isEqualTo(BlockPool.NONE);
        }
        assertThat(pool.release(at)).isEqualTo(1024);
        assertThat(pool.release(at)).isEqualTo(BlockPool.NONE);
    }

    @Test
    void fullOfSmallRangesIsNoRangeItself() {
        for (int i = 0; i < pool.blocks(); i++) {
            assertThat(pool.reserve(256)).isEqualTo(i * 256);
        }
        assertThat(pool.size(0)).isEqualTo(256);
        assertThat(pool.reserve(1)).isEqualTo(BlockPool.NONE);
    }

    @Test
    void blocksGrowWithTheBuffer() {
        BlockPool large = new BlockPool(16 << 20);
        assertThat(large.blocks()).isEqualTo(4096);
        assertThat(large.reserve(1)).isZero();
        assertThat(large.reserve(1)).isEqualTo(4096);
        assertThat(large.reservedBytes()).isEqualTo(8192);
        assertThat(large.reserve(8 << 20)).isEqualTo(8 << 20);
    }

    @Test
    void sizeMustBeAPowerOfTwo() {
        assertThatThrownBy(() -> new BlockPool(3000)).hasMessageContaining("3000").hasMessageContaining("power of two");
    }

    @Test
    void randomOrderNeverOverlapsAndMergesAgain() {
        long seed = 20_260_101L;
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Integer, Integer> held = new TreeMap<>();
        for (int step = 0; step < 200_000; step++) {
            if (random.nextInt(100) < 55) {
                int bytes = 1 << random.nextInt(15);
                int at = pool.reserve(bytes);
                if (at != BlockPool.NONE) {
                    Integer before = held.floorKey(at);
                    assertThat(before == null || before + held.get(before) <= at).as("seed %d step %d", seed, step).isTrue();
                    Integer behind = held.ceilingKey(at);
                    assertThat(behind == null || at + bytes <= behind).as("seed %d step %d", seed, step).isTrue();
                    held.put(at, Math.max(bytes, BlockPool.blockBytes(BYTES)));
                }
            } else if (!held.isEmpty()) {
                Integer at = held.ceilingKey(random.nextInt(BYTES));
                at = at == null ? held.firstKey() : at;
                assertThat(pool.release(at)).as("seed %d step %d", seed, step).isEqualTo(held.remove(at));
            }
            assertThat(pool.ranges()).isEqualTo(held.size());
        }
        held.keySet().forEach(pool::release);
        assertThat(pool.reservedBytes()).isZero();
        assertThat(pool.reserve(BYTES)).isZero();
    }
}
