package org.millrace.bluefield.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    /** The seeds are 0 to 19. */
    @Test
    void twoReplicasOfEveryStageThatMayBeReplicatedComeToTheSame() throws Exception {
        Callable<?> replicas = (Callable<?>) new TurnsLoader().loadClass(Replicas.class.getName()).getConstructor()
            .newInstance();
        Map<String, Integer> differing = new LinkedHashMap<>();
        ((Map<?, ?>) replicas.call()).forEach((name, seeds) -> differing.put((String) name, (Integer) seeds));
        System.out.println("of seeds 0 to 19 differ: " + differing);
        assertThat(differing.remove("a stage that is not: naive")).as("the test sees a lost update").isGreaterThan(10);
        assertThat(differing).containsKeys("tcp-flextoe RX post", "tcp-flextoe TX post", "tcp-flextoe HC post",
            "tcp-laminar RX rtt-sample", "tcp-laminar TX segment-counts", "tcp-laminar RX acked-bytes");
        assertThat(differing).allSatisfy((name, seeds) -> assertThat(seeds).as(name).isZero());
    }
}
