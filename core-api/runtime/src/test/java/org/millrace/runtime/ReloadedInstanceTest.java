package org.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;

/** The first weight and the last one to go change what a program is told of its port: the same is loaded again for that. */
@Timeout(60)
class ReloadedInstanceTest {
    private static final Map<String, String> PLAIN = Map.of("shards", "2", "swap-rehearsal-ms", "0");
    private static final Map<String, String> WEIGHTED = Map.of("shards", "2", "swap-rehearsal-ms", "0", "weights", "1000=8");
    private static final int LARGE = MemoryPort.pair(Map.of())[0].info().maxFrameBytes();
    private static final int SMALL = 16 << 10;

    private final Noting transport = new Noting();
    private final Instance instance = Instance.start(GivenPort.config("10.0.0.1", PLAIN), List.of(new BluefieldBackend()), List.of(transport),
        List.of(new GivenPort(MemoryPort.pair(Map.of())[0])));

    /** FlexTOE that notes how large frames may be, and is refused after a number of loads. */
    private static final class Noting extends FlexToeFactory {
        final List<Integer> told = new CopyOnWriteArrayList<>();
        int loads = Integer.MAX_VALUE;

        @Override
        public Transport create(TransportHost host) {
            if (loads-- == 0) {
                throw new IllegalArgumentException("injected");
            }
            told.add(host.port().maxFrameBytes());
            return super.create(host);
        }
    }

    @AfterEach
    void close() {
        instance.close();
    }

    private void change(Map<String, String> before, Map<String, String> after) throws SwapException {
        transport.told.clear();
        instance.apply(new ConfigChange(GivenPort.config("10.0.0.1", before), GivenPort.config("10.0.0.1", after)), SwapRequest.KEEP);
    }

    @Test
    void sizeOfSuperFramesFollowsTheFirstWeightAndTheLast() throws SwapException {
        assertThat(transport.told).containsExactly(LARGE, LARGE);
        change(PLAIN, WEIGHTED);
        assertThat(transport.told).containsExactly(SMALL, SMALL);
        change(WEIGHTED, Map.of("shards", "2", "swap-rehearsal-ms", "0", "weights", "1000=3"));
        assertThat(transport.told).isEmpty();
        instance.swap(SwapRequest.KEEP.transport(0, instance.running().transports().getFirst()));
        assertThat(transport.told).as("by a swap of somebody else's").containsExactly(SMALL, SMALL);
        change(WEIGHTED, PLAIN);
        assertThat(transport.told).containsExactly(LARGE, LARGE);
    }

    @Test
    void sizeIsTheOldOneWhereItIsRefused() throws SwapException {
        transport.loads = 1; // the second shard's
        assertThatThrownBy(() -> change(PLAIN, WEIGHTED)).isInstanceOf(SwapException.class).hasMessage("injected");
        assertThat(transport.told).as("one, and back").containsExactly(SMALL, LARGE);
        transport.told.clear();
        instance.swap(SwapRequest.KEEP.transport(0, instance.running().transports().getFirst()));
        assertThat(transport.told).containsExactly(LARGE, LARGE);
    }
}
