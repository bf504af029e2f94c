package org.millrace.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextOwner;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Limit;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.port.PortFactory;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.context.ContextBudget;
import org.millrace.context.ContextServer;
import org.millrace.context.Registry;
import org.millrace.memory.InstanceDirectory;
import org.millrace.memory.Linux;
import org.millrace.runtime.capture.Capture;
import org.millrace.runtime.capture.CaptureFile;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.status.ConnectionBytes;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Durations;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.status.Vitals;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.runtime.trace.TraceRing;
import org.millrace.wire.MacAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A named running runtime: data paths on their threads, and the contexts of their applications. Any thread. */
public final class Instance implements ContextProvider, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);

    private final InstanceConfig config;
    private final String name;
    private final Shards shards;
    private final PortFactory port;
    private final ContextBudget budget;
    private final ContextOpener contexts;
    private final Swaps swaps;
    private final Reload reload;
    private final Faults faults = new Faults();
    private ContextServer server;

    private Instance(InstanceConfig config, Shards shards, PortFactory port) {
        this.config = config;
        name = config.name();
        this.port = port;
        budget = new ContextBudget(config.limits());
        this.shards = shards;
        contexts = new ContextOpener(name, shards, budget, config.sharing().attach());
        swaps = new Swaps(shards, config.rehearsalNs(), faults, this::spread);
        reload = new Reload(config, shards, swaps, faults);
    }

    /**
     * Opens the port, loads the programs and runs.
     *
     * @param config     what it is to be
     * @param hardware   the backends there are
     * @param transports the transports there are
     * @param ports      the kinds of port there are
     * @return the running instance
     * @throws ConfigException if the configuration names what there is not, or is refused by whom it concerns
     */
    public static Instance start(InstanceConfig config, Collection<? extends HardwareBackend> hardware,
                                 Collection<? extends TransportFactory> transports,
                                 Collection<? extends PortFactory> ports) {
        HardwareBackend backend = config.arranged(pick("hardware", config.hardware(), hardware, HardwareBackend::name));
        if (config.sharing().attach()) {
            Registry.rehearse();
        }
        List<DataPathConfig.TransportChoice> choices = new ArrayList<>();
        for (String transport : config.transports()) {
            choices.add(new DataPathConfig.TransportChoice(
                pick("transports", transport, transports, TransportFactory::name), config.options().get(transport)));
        }
        PortFactory factory = pick("port", config.port(), ports, PortFactory::kind);
        Shards shards = Shards.open(config, factory,
            (port, place, random) -> DataPathConfig.of(config, backend, choices, port, random, place));
        Instance instance = new Instance(config, shards, factory);
        try {
            instance.capture();
            if (config.sharing().attach()) {
                instance.share();
            }
        } catch (IOException | RuntimeException e) {
            instance.giveUp();
            throw switch (e) {
                case ConfigException known -> known;
                case IllegalArgumentException wrong -> new ConfigException("instance", config.name(), wrong);
                default -> new IllegalStateException("instance '" + config.name() + "' does not start: " + e.getMessage(), e);
            };
        }
        shards.start(config.placement());
        LOG.info("{} runs {} on {}, {}{}, addresses {}", config.name(), config.transports(), backend.name(),
            describe(shards.first().path().portInfo()), config.shards() == 1 ? "" : ", " + config.shards() + " shards",
            config.addresses());
        return instance;
    }

    private static String describe(PortInfo port) {
        return port.name() + " (" + new MacAddress(port.macAddress()) + ", MTU " + port.mtuBytes() + ")";
    }

    private void spread() {
        reload.spread();
    }

    /** Before the thread starts: the first one to attach finds a registry that is kept. */
    private void share() throws IOException {
        server = ContextServer.start(config.sharing().directory(name), this,
            new ContextServer.Settings(config.sharing().users(), budget::measure));
        long nowMs = System.currentTimeMillis();
        List<Registry> registries = Registry.create(server.directory().path(), shards.all().size(), Registry.DEFAULT_LINES);
        for (Shard shard : shards.all()) {
            shard.path().keep(registries.get(shard.path().place().index()), nowMs);
        }
    }

    /** Before any thread has started. */
    private void giveUp() {
        shards.cancel(name + " does not start");
        if (server != null) {
            server.close();
        }
        for (Shard shard : shards.all()) {
            shard.path().closePort();
        }
        shards.close();
    }

    /**
     * {@return the first one of a name}
     *
     * @param key    the key that names it
     * @param wanted the name
     * @param there  what there is
     * @param name   how each is called
     * @param <T>    the kind
     * @throws ConfigException if none is called so
     */
    public static <T> T pick(String key, String wanted, Collection<? extends T> there, Function<T, String> name) {
        for (T candidate : there) {
            if (name.apply(candidate).equals(wanted)) {
                return candidate;
            }
        }
        throw new ConfigException(key, wanted, there.isEmpty() ? "nothing: none is installed"
            : "one of " + String.join(", ", there.stream().map(name::apply).distinct().sorted().toList()));
    }

    private void capture() {
        if (config.capture() == null) {
            return;
        }
        try {
            Capture capture = new Capture(CaptureFilter.ALL, new CaptureFile(Path.of(config.capture()), portName()), config.captureBytes(),
                Long.MAX_VALUE, Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())).of(shards.all().size());
            shards.all().forEach(shard -> shard.path().captures().begin(capture));
        } catch (IOException e) {
            throw new ConfigException("capture", config.capture(), "a file that can be written (" + e + ")");
        }
    }

    /** {@return the instance's name} */
    public String name() {
        return name;
    }

    /** {@return what it was configured to be when it started} */
    public InstanceConfig config() {
        return config;
    }

    /** {@return where other processes find it, or null if they do not} */
    public InstanceDirectory directory() {
        return server == null ? null : server.directory();
    }

    /** {@return why the instance no longer runs, or null while it does} */
    public String ended() {
        return shards.ended();
    }

    @Override
    public ContextGrant open(ContextSize size) {
        return contexts.open(size, this, Linux.userId());
    }

    @Override
    public ContextGrant open(ContextSize size, ContextOwner owner) {
        return contexts.open(size, owner, owner.user());
    }

    /**
     * {@return counters, connections and the rest, as they are now, of all shards that answer}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public DataPathStatus status() {
        return DataPathStatus.merged(shards.known((shard, nowNs) -> shard.path().status()));
    }

    /**
     * {@return {@link #status} without a line for each connection; cheap however many there are}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public DataPathStatus figures() {
        return DataPathStatus.merged(figuresByShard().stream().filter(Objects::nonNull).toList());
    }

    /**
     * {@return {@link #figures} of each shard, null: it has not answered; one has. Limits of the instance are told with shard 0}
     *
     * @throws IllegalStateException if the instance no longer runs, or no shard answers
     */
    public List<DataPathStatus> figuresByShard() {
        List<Limit> limits = budget.standings();
        List<DataPathStatus> figures = shards.answers((shard, nowNs) -> shard.path().figures(shard == shards.first() ? limits : List.of()));
        checkAnswered(figures);
        return figures;
    }

    /**
     * {@return what its health is judged by}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public Vitals vitals() {
        return Vitals.merged(vitalsByShard().stream().filter(Objects::nonNull).toList());
    }

    /**
     * {@return {@link #vitals} of each shard, null: it has not answered; one has. Limits of the instance are told with shard 0}
     *
     * @throws IllegalStateException if the instance no longer runs, or no shard answers
     */
    public List<Vitals> vitalsByShard() {
        List<Limit> limits = budget.standings();
        List<Vitals> vitals = shards.answers((shard, nowNs) -> shard.path().vitals(shard == shards.first() ? limits : List.of(),
            shard.thread().rounds().sumNs(), nowNs));
        checkAnswered(vitals);
        return vitals;
    }

    private void checkAnswered(List<?> answers) {
        if (answers.stream().allMatch(Objects::isNull)) {
            throw new IllegalStateException(shards.silence(0));
        }
    }

    /** {@return why a shard may not have answered, a line} */
    public String silence(int shard) {
        return shards.silence(shard);
    }

    /**
     * {@return what each shard that answers has of the work}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public List<ShardLine> shardLines() {
        return shards.known((shard, nowNs) -> shard.path().shardLine(shard.thread().rounds()));
    }

    /**
     * {@return how long rounds and swaps have taken on each shard, null: it has not answered}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public List<Durations.All> durationsByShard() {
        return shards.answers((shard, nowNs) -> new Durations.All(shard.thread().rounds(), shard.pauses().now()));
    }

    /**
     * {@return what each connection has carried by now, of all shards that answer}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public ConnectionBytes connectionBytes() {
        return ConnectionBytes.merged(shards.known((shard, nowNs) -> ConnectionBytes.of(shard.path().parts(), nowNs)));
    }

    /** {@return lines for connections that are still there, by their contexts and ids, null: for one that is not} */
    public List<ConnectionInfo> lines(List<ConnectionBytes.Traffic> connections) {
        List<List<ConnectionInfo>> each = shards.known((shard, nowNs) -> connections.stream()
            .map(traffic -> shard.path().line(traffic.context(), traffic.connection())).toList());
        return IntStream.range(0, connections.size())
            .mapToObj(i -> each.stream().map(lines -> lines.get(i)).filter(Objects::nonNull).findFirst().orElse(null)).toList();
    }

    /** {@return the name of its port, as captures have it} */
    public String portName() {
        return shards.first().path().portInfo().name();
    }

    /**
     * Begins a capture on all shards; the caller ends it.
     *
     * @param capture makes it, by the time of the data paths, which have one clock
     */
    public Capture capture(LongFunction<Capture> capture) {
        Capture begun = await(capture).of(shards.all().size());
        try {
            shards.known((shard, nowNs) -> {
                shard.path().captures().begin(begun);
                return Boolean.TRUE;
            });
            return begun;
        } catch (IllegalStateException refused) {
            end(begun);
            throw refused;
        }
    }

    /** Ends a capture, in a shard that hangs as soon as it no longer does; ended before, with the data paths too: nothing. */
    public void end(Capture capture) {
        for (Shard shard : shards.all()) {
            shard.thread().tell(nowNs -> {
                shard.path().captures().end(capture);
                return null;
            });
        }
    }

    /**
     * {@return what runs: the backend, and the transports by position}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public Running running() {
        return await(nowNs -> shards.first().path().running());
    }

    /**
     * {@return what it runs code of: the backend, the transports with what extends them, those that retire too, and what
     * has made the port}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public List<Object> parts() {
        Set<Object> parts = Collections.newSetFromMap(new IdentityHashMap<>());
        shards.ask((shard, nowNs) -> shard.path().loaded().parts()).forEach(parts::addAll);
        parts.add(port);
        return List.copyOf(parts);
    }

    /**
     * Takes a changed configuration: first, by a swap, what takes one; then what does not: how many threads run the data paths,
     * routes, weights, time to live, how long to look on before sleeping, to linger at the end, to rehearse a swap. Connections that
     * are there follow the routes; what transports read there, such as the congestion policy, holds for new ones.
     *
     * <p>A swap is refused while a shard hangs, and the change with it. Without one the change is in force: such a shard does nothing
     * by the old one any more, for it takes it before its next round; until then that is a reason of the instance's health, and no
     * shard moves to another thread.
     *
     * @param change  what has changed
     * @param request what is swapped for it; {@link SwapRequest#KEEP}: nothing
     * @throws ConfigException       if the routes cannot be, or there are not so many processors; then nothing has changed
     * @throws SwapException         if the swap is refused; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs, or a shard hangs that would be swapped; then nothing has changed
     */
    public void apply(ConfigChange change, SwapRequest request) throws SwapException {
        reload.apply(change, request);
    }

    /**
     * {@return a backend with the threads for stages that this instance has}
     *
     * @param backend the backend
     * @throws ConfigException if the backend cannot have them
     */
    public HardwareBackend arranged(HardwareBackend backend) {
        return reload.inForce().arranged(backend);
    }

    /**
     * Replaces transports, hardware or both under live connections. Blocks while the new side is loaded and warmed,
     * which the old side does not notice; then the data path pauses for the change itself. One swap at a time.
     *
     * @param request what is to run instead
     * @return what has been done
     * @throws SwapException         if it is refused or fails; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs
     */
    public SwapReport swap(SwapRequest request) throws SwapException {
        return swap(request, 0, () -> { });
    }

    /**
     * As {@link #swap(SwapRequest)}, but one shard first: after a while it is compared with the others, and goes back if it is worse.
     *
     * @param request  what is to run instead
     * @param canaryNs how long it is watched, ns; 0: not at all
     * @param goesOn   called again and again, on this thread, while the new side rehearses; must not throw
     * @return what has been done
     * @throws SwapException         if it is refused, fails or is worse; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs
     */
    public SwapReport swap(SwapRequest request, long canaryNs, Runnable goesOn) throws SwapException {
        return swaps.swap(request, canaryNs, goesOn);
    }

    /** From now on nothing is swapped, and what is being prepared is given up: the instance is about to be closed. */
    public void end() {
        swaps.end();
    }

    /**
     * Inserts a stage into the programs that run, and into those that will.
     *
     * @param extension the stage and where it goes; its {@code PostConstruct} methods are called first
     * @return the swap that it was
     * @throws SwapException         if a program has no such point, the hardware refuses the stage, or a method of its
     *                               life cycle fails; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs
     */
    public SwapReport insert(StageExtension extension) throws SwapException {
        return exchange(null, extension);
    }

    /**
     * Puts one stage in the place of another, in one step: no item meets both or neither.
     *
     * @param before what runs, or null; its {@code PreDestroy} methods are called when it no longer does
     * @param after  what is to run, or null; its {@code PostConstruct} methods are called first
     * @return the swap that it was
     * @throws SwapException         if it is refused, as by {@link #insert}; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs
     */
    public SwapReport exchange(StageExtension before, StageExtension after) throws SwapException {
        return swaps.exchange(before, after);
    }

    /**
     * Takes a stage out of the programs that run; its {@code PreDestroy} methods are called then. One that is not there is
     * left alone.
     *
     * @param extension what was inserted
     * @throws SwapException         if what is left is refused; then it is still there
     * @throws IllegalStateException if the instance no longer runs
     */
    public void remove(StageExtension extension) throws SwapException {
        swaps.remove(extension);
    }

    /** {@return whether an extension's stage has thrown here: it is not for this instance any more} */
    public boolean hasFailed(StageExtension extension) {
        return swaps.hasFailed(extension);
    }

    /**
     * Notes that something that is wanted is not in force.
     *
     * @param what what it is about; it has one reason at a time
     * @param why  a line for people
     */
    public void degrade(String what, String why) {
        faults.degrade(what, why);
    }

    /**
     * Notes that something is in force, or no longer wanted.
     *
     * @param what as it was given to {@link #degrade}
     */
    public void restore(String what) {
        faults.restore(what);
    }

    /** {@return why what is wanted is not in force, a line each} */
    public List<String> faults() {
        return faults.reasons();
    }

    /**
     * Says what to do when the data path fails, not when it is closed: at once if it has.
     *
     * @param action takes the reason; called by any thread, once
     */
    public void onFailure(Consumer<String> action) {
        shards.onFailure(action);
    }

    /** {@return the stage extensions that run} */
    public List<StageExtension> extensions() {
        return swaps.additions().stages();
    }

    /**
     * Turns trace points on, others on, or all off: a swap to the same with other points. Off, the programs are those
     * without any.
     *
     * @param points which are to be on from now on
     * @return the swap that it was
     * @throws SwapException         if a point is not there or the hardware cannot record; then nothing has changed
     * @throws IllegalStateException if the instance no longer runs
     */
    public SwapReport trace(TraceRequest points) throws SwapException {
        return swaps.trace(points);
    }

    /** {@return which trace points are on} */
    public TraceRequest tracing() {
        return swaps.additions().trace();
    }

    /**
     * {@return what the trace points have recorded since the last call; nothing if none is on}
     *
     * @throws IllegalStateException if the instance no longer runs
     */
    public TraceLines traceLines() {
        return TraceRing.merged(shards.answers((shard, nowNs) -> shard.path().transports().records()).stream()
            .map(records -> records == null ? List.<TraceRing.Batch>of() : records).toList());
    }

    private <T> T await(LongFunction<T> question) {
        return shards.first().thread().await(question);
    }

    /** Resets all connections, tells all applications, closes the port. */
    @Override
    public void close() {
        end();
        shards.close();
        swaps.close();
        if (server != null) {
            server.close();
        }
    }
}
