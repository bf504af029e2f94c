package org.millrace.runtime.pipelined;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.path.StreamWorld;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Impairment;

/**
 * Streams over a link that loses, doubles and reorders, through data paths whose lanes run in a seeded order: whatever lanes do when, every byte
 * arrives once and in order, and every item leaves. {@code -Dmillrace.schedules=100000} for the long form.
 */
class PipelinedSchedulesTest {
    private static final int SCHEDULES = Integer.getInteger("millrace.schedules", 300);
    private static final long SEED = Long.getLong("millrace.schedules.seed", 1);
    private static final int NUMBERS = 300;
    private static final int STREAMS = 3;

    private final SteppedLanes stepped = new SteppedLanes();
    private int controlled;

    /** {@return hardware whose lanes are found quiet whenever the control plane sees an item} */
    private HardwareBackend watched(HardwareBackend hardware) {
        return before(HardwareBackend.class, hardware, (method, arguments) -> {
            if (method.equals("load")) {
                arguments[2] = before(Outlet.class, (Outlet<?>) arguments[2], (call, item) -> {
                    if (call.equals("control") || call.equals("digest")) {
                        controlled++;
                        assertThat(stepped.areQuiet()).as("lanes are quiet before %s", call).isTrue();
                    }
                });
            }
        });
    }

    private static <T> T before(Class<T> type, T other, BiConsumer<String, Object[]> action) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            action.accept(method.getName(), arguments);
            return method.invoke(other, arguments);
        }));
    }

    @AfterEach
    void controlPlaneHasSeenItems() {
        assertThat(controlled).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"dma, 1500, true", "dma*3, 9000, false"})
    void lanesThatMovePayloadChangeNothing(String lanes, int mtuBytes, boolean superFrames) {
        FrameLink link = new FrameLink(20_000, mtuBytes, superFrames);
        List<DataPathStatus> fused = run("no lanes", BluefieldBackend::new, link);
        List<DataPathStatus> pipelined = run(lanes, () -> watched(BluefieldBackend.pipelined(lanes, stepped::driver)), link);
        assertThat(stepped.steps).isGreaterThan(SCHEDULES);
        assertThat(stepped.closed).isEqualTo(2);
        for (int i = 0; i < fused.size(); i++) {
            Map<String, Long> counters = pipelined.get(i).counters();
            assertThat(counters.remove("tcp-flextoe.payload bytes moved by lanes")).isPositive();
            assertThat(counters).isEqualTo(fused.get(i).counters());
        }
    }

    @ParameterizedTest
    @CsvSource({"pre*3/protocol*2/post*2/dma*2, 9000", "protocol, 1500", "pre*2/post, 1500"})
    void everyByteArrivesOnceAndInOrderThroughLanesOfStages(String lanes, int mtuBytes) {
        FrameLink link = new FrameLink(20_000, mtuBytes, false);
        for (DataPathStatus status : run(lanes, () -> watched(BluefieldBackend.pipelined(lanes, stepped::driver)), link)) {
            assertThat(status.transferFaults()).isZero();
            DataPathStatus.TransportStatus tcp = status.transports().getFirst();
            String first = lanes.split("[*/]")[0];
            assertThat(tcp.named().get("items on lanes of " + first)).isGreaterThan(tcp.received() / 2);
            assertThat(tcp.named().getOrDefault("payload bytes moved by lanes", 0L) > 0).isEqualTo(lanes.contains("dma"));
            assertThat(tcp.named().get("items refused")).isZero();
            Map<String, Long> drops = new TreeMap<>(status.drops());
            drops.keySet().removeAll(Stream.of(DropReason.DUPLICATE, DropReason.NOTHING_TO_SEND, DropReason.OUT_OF_WINDOW)
                .map(DropReason::text).toList());
            assertThat(drops.keySet()).as("of such a link, without lanes too").isSubsetOf(DropReason.OLD_TIMESTAMP.text(),
                DropReason.NOT_MERGEABLE.text());
            assertThat(drops.values().stream().mapToLong(Long::longValue).sum()).as("seldom: %s", drops)
                .isLessThanOrEqualTo(tcp.received() / 10_000);
        }
        assertThat(stepped.steps).isGreaterThan(SCHEDULES);
    }

    private List<DataPathStatus> run(String lanes, Supplier<HardwareBackend> hardware, FrameLink link) {
        Impairment impairment = Impairment.parse("loss=0.005,reorder=0.01,duplicate=0.01,seed=7");
        try (StreamWorld world = new StreamWorld(hardware, new FlexToeFactory(), link, impairment, STREAMS)) {
            for (int i = 0; i < SCHEDULES; i++) {
                stepped.seed(SEED + i);
                try {
                    world.exchange(NUMBERS);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(lanes + " by seed " + (SEED + i), e);
                }
            }
            assertThat(world.near.quiesce(world.near.nowNs())).isTrue();
            assertThat(world.far.quiesce(world.far.nowNs())).isTrue();
            return List.of(world.near.status(), world.far.status());
        }
    }
}
