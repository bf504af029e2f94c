package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HashKeyTableTest {
    @Test
    void aKeyKeepsItsIndexUntilItIsReleased() {
        HashKeyTable table = new HashKeyTable(2, 5);
        int one = table.insert(1, 2, 3, 4);
        assertThat(table.insert(1, 2, 3, 4)).isEqualTo(one);
        assertThat(table.lookup(1, 2, 3, 5)).isZero();
        int two = table.insert(1, 2, 3, 5);
        assertThat(two).isNotEqualTo(one).isBetween(1, 2);
        assertThat(table.insert(9, 9, 9, 9)).as("full").isZero();
        table.release(one);
        table.release(one);
        table.release(0);
        table.release(77);
        assertThat(table.lookup(1, 2, 3, 4)).isZero();
        assertThat(table.lookup(1, 2, 3, 5)).isEqualTo(two);
        assertThat(table.insert(9, 9, 9, 9)).isEqualTo(one);
        assertThat(table.insert(8, 8, 8, 8)).as("full").isZero();
    }

    /** Against a map. */
    @Test
    void behavesAsAMap() {
        long seed = 21;
        Random random = new Random(seed);
        int capacity = 50;
        HashKeyTable table = new HashKeyTable(capacity, random.nextLong());
        Map<List<Integer>, Integer> model = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            List<Integer> key = List.of(random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(6));
            int known = model.getOrDefault(key, 0);
            assertThat(table.lookup(key.get(0), key.get(1), key.get(2), key.get(3))).as("seed %d", seed).isEqualTo(known);
            if (random.nextBoolean()) {
                int index = table.insert(key.get(0), key.get(1), key.get(2), key.get(3));
                if (known != 0) {
                    assertThat(index).isEqualTo(known);
                } else if (model.size() == capacity) {
                    assertThat(index).isZero();
                } else {
                    assertThat(model.values()).as("seed %d", seed).doesNotContain(index);
                    model.put(key, index);
                }
            } else if (known != 0) {
                table.release(known);
                model.remove(key);
            }
        }
        assertThat(new ArrayList<>(model.values())).doesNotHaveDuplicates().allMatch(n -> n >= 1 && n <= capacity);
    }
}
