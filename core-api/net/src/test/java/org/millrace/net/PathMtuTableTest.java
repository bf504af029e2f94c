package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PathMtuTableTest {
    private final PathMtuTable table = new PathMtuTable(3);

    @Test
    void longestUnusedMakesRoom() {
        table.lower(1, 1001, 0);
        table.lower(2, 1002, 0);
        table.lower(3, 1003, 0);
        table.mtu(1, 1500);

        table.lower(4, 1004, 0);

        assertThat(table.size()).isEqualTo(3);
        assertThat(table.mtu(1, 1500)).isEqualTo(1001);
        assertThat(table.mtu(2, 1500)).isEqualTo(1500);
        assertThat(table.mtu(4, 1500)).isEqualTo(1004);
    }

    @Test
    void neverBelow68NorAboveTheRoute() {
        table.lower(1, 67, 0);
        table.lower(2, 1400, 0);

        assertThat(table.mtu(1, 1500)).isEqualTo(1500);
        assertThat(table.mtu(2, 1300)).isEqualTo(1300);
    }
}
