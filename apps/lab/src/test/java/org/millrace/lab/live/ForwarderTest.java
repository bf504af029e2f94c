package org.millrace.lab.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.experiment.Samples;
import org.millrace.testkit.Namespace;

/** Once for real, for some seconds. */
class ForwarderTest {
    @Test
    void pathsDelayLoseAndBound() {
        assumeTrue(Namespace.available(), () -> Namespace.unavailable().orElse(""));
        Namespace.Result result = Namespace.run(Scenario.class);
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    /** Runs in a network of its own. */
    static final class Scenario {
        private static final long MS = 1_000_000;

        public static void main(String[] arguments) throws LabException {
            LossSweep experiment = new LossSweep();
            Progress progress = (part, what) -> { };
            try (Ground ground = Ground.open("a test", new Run(experiment, new Run.Wishes(1, Map.of()), progress))) {
                Transfers transfers = new Transfers(ground);
                Conditions path = Conditions.of(0.02, 0, 40 * MS, 1_250_000, 1);
                Samples answers = transfers.answers(path, Pairing.LINUX, 10_000, 40, 40);
                assertThat(answers.quantile(0)).as("two round trips").isGreaterThanOrEqualTo(80.0);
                assertThat(ground.forwarder.figures().lost()).isPositive();
                double rate = 0;
                double most = 0;
                for (int i = 0; i < 20 && rate == 0; i++) { // where other processes run, a second may pass without a byte
                    long beginNs = System.nanoTime();
                    double[] rates = transfers.bulk(Conditions.of(0, 0, 4 * MS, 1_250_000, 1), false, Map.of(Pairing.SENDING, 1), 0,
                        1_000 * MS).get(Pairing.SENDING);
                    assertThat(rates).hasSize(1);
                    rate = rates[0];
                    most = 1_250_000 * (System.nanoTime() - beginNs) / 1e9; // in more than a second, if its end was late
                }
                assertThat(rate).isBetween(1.0, most); // how much depends on the machine
            }
            System.exit(0);
        }
    }
}
