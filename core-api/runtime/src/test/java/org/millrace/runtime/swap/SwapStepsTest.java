package org.millrace.runtime.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.datagram.DatagramTransport;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.path.StreamWorld;
import org.millrace.runtime.path.TestHost;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.Eventually;
import org.millrace.testkit.Impairment;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** A swap step by step: what it checks, and that whatever fails leaves one side running and every connection alive. */
class SwapStepsTest {
    private static final int NUMBERS = 20_000;
    private static final SwapRequest ANEW =
        SwapRequest.KEEP.transport(0, new TransportChoice(new FlexToeFactory(), Map.of())).warmUp(0);

    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final StreamWorld world = new StreamWorld(Watched::new, new FlexToeFactory(), new FrameLink(20_000, 1500, false),
        Impairment.NONE, 1);

    /** Notes which machines have been loaded and not closed. */
    private final class Watched extends BluefieldBackend {
        @Override
        @SuppressWarnings("unchecked")
        public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
            Pipeline<M> pipeline = super.load(program, capacity, runtime);
            open.add(pipeline);
            return (Pipeline<M>) Proxy.newProxyInstance(Pipeline.class.getClassLoader(), new Class<?>[] {Pipeline.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        assertThat(open.remove(pipeline)).as("closed once").isTrue();
                    }
                    return method.invoke(pipeline, arguments);
                });
        }
    }

    /** The transports that run, and those that retire. */
    private static List<LoadedTransport<?>> running(DataPath path) {
        return path.loaded().transports();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"RETIRE", "CANARY"})
    void failureBeforeTheEndLeavesTheOldSide(SwapStep step) {
        world.exchange(NUMBERS);
        List<LoadedTransport<?>> before = running(world.far);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Swap.now(world.far, ANEW.warmUp(step == SwapStep.WARM ? 1 : 0), fail(step)))
                .isInstanceOfSatisfying(SwapException.class, e -> assertThat(e.step()).isEqualTo(step))
                .hasMessage("injected");
            assertThat(running(world.far)).isEqualTo(before);
            assertThat(open).as("what runs, and nothing that was refused").hasSize(2);
            world.exchange(NUMBERS);
        }
    }

    @Test
    void failureOfTheOldSideAtTheEndLeavesTheNewSide() throws SwapException {
        world.exchange(NUMBERS);
        List<LoadedTransport<?>> before = running(world.far);
        SwapReport report = Swap.now(world.far, ANEW, fail(SwapStep.RETIRE));
        assertThat(report.connections()).isEqualTo(1);
        assertThat(running(world.far)).hasSize(1).doesNotContainAnyElementsOf(before);
        world.exchange(NUMBERS);
    }

    private static Consumer<SwapStep> fail(SwapStep at) {
        return step -> {
            if (step == at) {
                throw new NoClassDefFoundError("injected");
            }
        };
    }

    @Test
    void reportSaysWhatHasBeenDone() throws SwapException {
        world.exchange(NUMBERS);
        SwapReport report = Swap.now(world.near, ANEW);
        assertThat(report.before()).isEqualTo(report.after()).hasToString("tcp-flextoe on hw-bluefield");
        assertThat(report.connections()).isEqualTo(1);
        assertThat(report.retiring()).isZero();
        assertThat(report.stepNs()).containsOnlyKeys(EnumSet.complementOf(EnumSet.of(SwapStep.CANARY)));
        assertThat(report.pauseNs()).isPositive();
        assertThat(open).as("one at either end").hasSize(2);
        world.exchange(NUMBERS);
    }

    @Test
    void whatIsPreparedAndNeverExecutedIsClosed() throws SwapException {
        Swap swap = new Swap(world.near, ANEW, System::nanoTime, step -> { });
        swap.prepare(world.near.loaded());
        assertThat(open).hasSize(3);
        swap.cancel();
        assertThat(open).hasSize(2);
        world.exchange(NUMBERS);
    }

    private static List<TransportFactory> programs() {
        return List.of(new FlexToeFactory(), new LaminarFactory());
    }

    /** What listens goes over, what is established is reset at both ends, and nothing is left of the old side. */
    @ParameterizedTest
    @MethodSource("programs")
    void whatHasFailedIsReplacedWithoutItsConnections(TransportFactory program) throws SwapException {
        StreamWorld other = new StreamWorld(Watched::new, program, new FrameLink(20_000, 1500, false), Impairment.NONE, 3);
        other.exchange(NUMBERS);
        Swap swap = new Swap(other.far, SwapRequest.KEEP.transport(0, new TransportChoice(program, Map.of())).warmUp(0), System::nanoTime, step -> { });
        swap.prepare(other.far.loaded());
        Swap.end(swap.rescue(other.far.nowNs()));
        other.untilReset();
        assertThat(List.of(other.near, other.far)).allSatisfy(path ->
            assertThat(running(path).getFirst().host.flows().size()).isZero());
        assertThat(other.far.status().connections()).anySatisfy(line -> assertThat(line.state()).isEqualTo("LISTEN"));
        assertThat(open).as("one at each end of two worlds").hasSize(4);
        other.close();
    }

    /** The second one is refused when the first one is loaded. */
    @Test
    void whatIsLoadedBesideOneThatIsRefusedIsClosed() {
        List<TransportChoice> choices = List.of(new TransportChoice(new FlexToeFactory(), Map.of()),
            new TransportChoice(new DatagramTransport() {
                @Override
                public Transport create(TransportHost host) {
                    throw new IllegalArgumentException("injected");
                }
            }, Map.of()));
        assertThatThrownBy(() -> path(choices)).hasMessage("injected");
        assertThat(open).as("the world's").hasSize(2);
    }

    private DataPath path(List<TransportChoice> choices) {
        Route link = Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500);
        return new DataPath(new DataPathConfig("two", new Watched(), choices, MemoryPort.pair(Map.of())[0],
            List.of(Ipv4Address.parse("10.0.0.1")), List.of(link), new Capacity(16, 1), new Random(1)));
    }

    /** It may be the other one that has failed. */
    @Test
    void whatHasFailedIsNotReplacedInPart() throws SwapException {
        DataPath path = path(List.of(new TransportChoice(new FlexToeFactory(), Map.of()), new TransportChoice(new DatagramTransport(), Map.of())));
        List<LoadedTransport<?>> before = running(path);
        Swap swap = new Swap(path, ANEW, System::nanoTime, step -> { });
        swap.prepare(path.loaded());
        assertThatThrownBy(() -> Swap.end(swap.rescue(path.nowNs()))).hasMessage("what runs has failed, and first begins anew as a whole");
        assertThat(running(path)).isEqualTo(before);
        assertThat(open).as("the world's, and what has failed").hasSize(4);
        path.close();
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() {
        refused(SwapRequest.KEEP, "there is nothing to swap");
        refused(SwapRequest.KEEP.transport(1, new TransportChoice(new FlexToeFactory(), Map.of())),
            "transport number 1 is not there, there are 1");
        refused(SwapRequest.KEEP.transport(0, new TransportChoice(new DatagramTransport(), Map.of())),
            "datagram is IP protocol 17, the one that it is to replace is 6");
        refused(SwapRequest.KEEP.hardware(new BluefieldBackend()).forNewOnly(),
            "hardware is swapped for all connections, not for new ones only");
        refused(SwapRequest.KEEP.transport(0, new TransportChoice(new FlexToeFactory(), Map.of("rto-min-ms", "x"))),
            "rto-min-ms");
        world.exchange(NUMBERS);
    }

    private void refused(SwapRequest request, String reason) {
        assertThatThrownBy(() -> Swap.now(world.near, request)).hasMessageContaining(reason)
            .isInstanceOfSatisfying(SwapException.class, e -> assertThat(e.step()).isEqualTo(SwapStep.RESOLVE));
    }

    @Test
    void transportWithoutHandoverIsNamed() {
        TestHost host = new TestHost(MemoryPort.pair(Map.of())[0], "10.0.0.1");
        assertThatThrownBy(() -> Swap.now(host.path, SwapRequest.KEEP.hardware(new BluefieldBackend())))
            .hasMessage("datagram: DatagramControl cannot hand its connections over")
            .isInstanceOfSatisfying(SwapException.class, e -> assertThat(e.step()).isEqualTo(SwapStep.EXPORT));
        assertThat(host.path.running().transports()).hasSize(1);
    }

    @Test
    void hardwareIsAnotherOne() throws SwapException {
        BluefieldBackend other = new BluefieldBackend();
        world.exchange(NUMBERS);
        Swap.now(world.near, SwapRequest.KEEP.hardware(other).warmUp(1));
        assertThat(world.near.running().hardware()).isSameAs(other);
        world.exchange(NUMBERS);
    }

    /** What the extension makes is what is loaded, and its refusal is the swap's. */
    @Test
    void extensionIsAppliedAndMayRefuse() throws SwapException {
        int[] extended = new int[1];
        TransportChoice choice = world.near.running().transports().getFirst();
        Swap.now(world.near, SwapRequest.KEEP.transport(0, choice.with(List.of(new ProgramExtension() {
            @Override
            public String name() {
                return "counting";
            }

            @Override
            public <M extends SegmentMeta> Program<M> extend(Program<M> program) {
                extended[0]++;
                return program;
            }
        }))).warmUp(0));
        assertThat(extended[0]).isEqualTo(1);
        assertThat(world.near.running().transports().getFirst().extensions()).hasSize(1);
        world.exchange(NUMBERS);
    }

    /** Of a bundle that has been swapped out nothing stays, neither in the runtime nor in what the hardware has written. */
    @Test
    void classLoaderOfTheOldSideIsCollected() throws Exception {
        WeakReference<ClassLoader> loader = swapIn();
        world.exchange(NUMBERS);
        assertThat(loader.get()).isNotNull();
        Swap.now(world.near, ANEW.warmUp(1));
        world.exchange(NUMBERS);
        // a compilation of its stages that is still under way holds it, for seconds on a busy machine
        Eventually.holds(() -> {
            System.gc();
            return loader.get() == null;
        }, () -> loader.get() + " is still held");
    }

    private WeakReference<ClassLoader> swapIn() throws Exception {
        ClassLoader own = new OwnClasses(FlexToeFactory.class.getProtectionDomain().getCodeSource().getLocation());
        TransportFactory factory = (TransportFactory) own.loadClass(FlexToeFactory.class.getName())
            .getConstructor().newInstance();
        assertThat(factory.getClass()).isNotSameAs(FlexToeFactory.class);
        Swap.now(world.near, SwapRequest.KEEP.transport(0, new TransportChoice(factory, Map.of())).warmUp(1));
        return new WeakReference<>(own);
    }

    /** Has classes of FlexTOE of its own. */
    private static final class OwnClasses extends URLClassLoader {
        OwnClasses(URL url) {
            super(new URL[] {url}, SwapStepsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(FlexToeFactory.class.getPackageName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
