package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.Impairment;

/**
 * How long 1 MB each way takes, by loss and delay, against a golden file: time is virtual, so every run gives the same
 * figures, and a change of them is a change of behaviour. To accept one, name the file to write:
 * {@code mvn verify -pl distribution -am -Dtest=LossDelayTableTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dmillrace.golden=src/test/resources/loss-delay.txt}
 */
class LossDelayTableTest {
    private static final String PROPERTY = "millrace.golden";
    private static final String GOLDEN = "/loss-delay.txt";
    private static final int BYTES = 1 << 20;
    private static final int SEEDS = 3;
    private static final double[] LOSSES = {0, 0.001, 0.01, 0.03};
    private static final long[] DELAYS_NS = {10_000, 100_000, 1_000_000};

    @Test
    void completionTimes() throws IOException {
        String table = table();
        System.out.println(table);
        String file = System.getProperty(PROPERTY);
        if (file != null) {
            Files.writeString(Path.of(file), table);
        }
        try (var golden = LossDelayTableTest.class.getResourceAsStream(GOLDEN)) {
            assertThat(golden).as(GOLDEN).isNotNull();
            assertThat(table).isEqualTo(file != null ? table
                : new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String table() {
        StringBuilder text = new StringBuilder("""
            # 1 MiB each way at once, 10 Gbit/s, MTU 1500, CUBIC; milliseconds for seeds 1, 2, 3
            # loss of each frame, delay one way
            """);
        for (double loss : LOSSES) {
            for (long delayNs : DELAYS_NS) {
                text.append(String.format(Locale.ROOT, "%4.1f %%  %4d us ", loss * 100, delayNs / 1000));
                for (int seed = 1; seed <= SEEDS; seed++) {
                    text.append(String.format(Locale.ROOT, " %9.3f", millis(loss, delayNs, seed)));
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static double millis(double loss, long delayNs, int seed) {
        TwoHosts.Choice choice = new TwoHosts.Choice();
        choice.seed = seed;
        choice.link = new FrameLink(delayNs, 1500, false).bitsPerSecond(10_000_000_000L);
        choice.impairment = new Impairment(seed, loss, 0, 0, 0, Impairment.Side.RECEIVE);
        return new TwoHosts(choice).exchange(BYTES, 16 << 10) / 1e6;
    }
}
