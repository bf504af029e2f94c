package org.millrace.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;

class FlowMapTest {
    private record Key(int local, int localPort, int peer, int peerPort) {
    }

    private final List<Integer> cleared = new ArrayList<>();
    private final SegmentMeta meta = new SegmentMeta();

    FlowMapTest() {
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / 4], 0);
    }

    private FlowMap map(int flows) {
        FlowMap map = new FlowMap(flows, 0x9e3779b97f4a7c15L, 0xd1b54a32d192ed03L);
        map.attach(cleared::add);
        return map;
    }

    private int lookup(FlowMap map, Key key) {
        meta.localAddress(key.local);
        meta.localPort(key.localPort);
        meta.peerAddress(key.peer);
        meta.peerPort(key.peerPort);
        return map.lookup(meta);
    }

    private static boolean insert(FlowMap map, int flow, Key key) {
        return map.insert(flow, key.local, key.localPort, key.peer, key.peerPort);
    }

    @Test
    void behavesLikeAHashMapUnderRandomOperations() {
        long seed = 20261122;
        Random random = new Random(seed);
        FlowMap map = map(100);
        Map<Key, Integer> model = new HashMap<>();
        Map<Integer, Key> flows = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            Key key = new Key(random.nextInt(2), random.nextInt(4), random.nextInt(8), random.nextInt(4));
            switch (random.nextInt(4)) {
                case 0 -> {
                    int flow = map.allocate();
                    assertThat(flow == 0).as("seed %d step %d", seed, i).isEqualTo(flows.size() == 100);
                    if (flow != 0) {
                        assertThat(flows).doesNotContainKey(flow);
                        boolean fresh = !model.containsKey(key);
                        assertThat(insert(map, flow, key)).isEqualTo(fresh);
                        flows.put(flow, fresh ? key : null);
                        if (fresh) {
                            model.put(key, flow);
                        }
                    }
                }
                case 1 -> {
                    if (!flows.isEmpty()) {
                        int flow = new ArrayList<>(flows.keySet()).get(random.nextInt(flows.size()));
                        map.release(flow);
                        model.remove(flows.remove(flow));
                    }
                }
                default -> assertThat(lookup(map, key)).as("seed %d step %d", seed, i)
                    .isEqualTo(model.getOrDefault(key, 0));
            }
            assertThat(map.size()).isEqualTo(flows.size());
        }
        model.forEach((key, flow) -> assertThat(lookup(map, key)).isEqualTo(flow));
    }

    @Test
    void everyIndexIsGivenOnceAndAReleasedOneLast() {
        FlowMap map = map(3);
        Set<Integer> given = new HashSet<>(List.of(map.allocate(), map.allocate(), map.allocate()));
        assertThat(given).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(map.allocate()).isZero();
        map.release(2);
        map.release(1);
        assertThat(cleared).containsExactly(2, 1);
        assertThat(map.allocate()).isEqualTo(2);
        assertThat(map.allocate()).isEqualTo(1);
    }

    @Test
    void insertingAnotherKeyMovesTheFlow() {
        FlowMap map = map(3);
        int flow = map.allocate();
        Key first = new Key(1, 2, 3, 4);
        Key second = new Key(1, 2, 3, 5);
        insert(map, flow, first);
        assertThat(insert(map, flow, second)).isTrue();
        assertThat(insert(map, flow, second)).isTrue();
        assertThat(lookup(map, first)).isZero();
        assertThat(lookup(map, second)).isEqualTo(flow);
    }

    @Test
    void portsAbove32767DoNotMix() {
        FlowMap map = map(3);
        int flow = map.allocate();
        insert(map, flow, new Key(-1, 65535, -1, 65535));
        assertThat(lookup(map, new Key(-1, 65535, -1, 65535))).isEqualTo(flow);
        assertThat(lookup(map, new Key(-1, 65535, -1, 0))).isZero();
        assertThat(lookup(map, new Key(-1, 0, -1, 65535))).isZero();
    }

    @Test
    void flowThatIsNotAllocatedIsRefused() {
        FlowMap map = map(3);
        assertThatThrownBy(() -> map.release(1)).hasMessageContaining("flow 1 is not allocated");
        assertThatThrownBy(() -> map.insert(0, 1, 2, 3, 4)).hasMessageContaining("flow 0");
        assertThatThrownBy(() -> map.release(4)).hasMessageContaining("flow 4");
    }
}
