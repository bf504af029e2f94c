package org.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.toe.ListenSocket;

/** The targets over their seeds and some mutations of them: that they run, and that what was found stays mended. */
class TargetTest {
    private static final long SEED = 20261129;
    private static final int MUTATIONS = 16;
    private static final int CHANGES = 6;

    @ParameterizedTest
    @EnumSource
    void seedsAndTheirNeighboursPass(Target target) throws IOException {
        List<byte[]> seeds = Seeds.of(target);
        assertThat(seeds).hasSizeGreaterThan(3);
        seeds.forEach(target::run);
        Random random = new Random(SEED);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] input = Arrays.copyOf(seeds.get(i % seeds.size()), 1 + random.nextInt(300));
            for (int change = 0; change < CHANGES; change++) {
                input[random.nextInt(input.length)] = (byte) random.nextInt();
            }
            target.run(input);
        }
    }

    @Test
    void clientThatNobodyListensToFailsARun() {
        try (World world = new World(Programs.ALL.getFirst())) {
            ListenSocket listener = world.application().listen(Client.local(), 8);
            world.settle();
            listener.close();
            world.settle();
            assertThatThrownBy(() -> Client.isServed(world, listener)).isInstanceOf(AssertionError.class);
        }
    }
}
