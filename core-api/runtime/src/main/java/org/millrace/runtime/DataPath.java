package org.millrace.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.context.Registry;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.SharedMemory;
import org.millrace.net.IpLayer;
import org.millrace.net.NeighbourSettings;
import org.millrace.net.Route;
import org.millrace.net.RouteTable;
import org.millrace.runtime.DataPathConfig.TransportChoice;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.MacAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread's worth of data path, without the thread: {@link #poll} is one round. Time is its argument, so the same
 * runs live and on virtual time.
 *
 * <p>DESIGN NOTES. A round takes received frames through the transports, then the applications' requests; lets the
 * control planes act on what they noted; takes the flows that are due to send; lets the machine run empty, so that the
 * batch's memory can go back to the port; and only then hands the frames to the port and tells the applications, once
 * for the whole round. Every source has a budget, so none starves another.
 *
 * <p>Owned by: the data-path thread, all of it.
 */
public final class DataPath implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPath.class);
    private static final int BATCH_FRAMES = 64;
    private static final int REQUEST_BUDGET = 64;
    private static final int TRANSMIT_BUDGET = 64;
    /** An application that frees its event ring rings no bell: who waits for it looks again after this time. */
    private static final long EVENT_RETRY_NS = 200_000;
    private static final int SECRET_BYTES = 16; // RFC 6528 §3
    /** How often transports that retire are looked at. */
    private static final long RETIRE_NS = 100_000_000;

    private final String instance;
    private final Capacity capacity;
    private final Port port;
    private final RandomGenerator random;
    private final Counters counters = new Counters();
    private final IdlePages pages = new IdlePages(counters);
    private final ContextHome home;
    private final ReceivedFrames frames = new ReceivedFrames(BATCH_FRAMES);
    private final ContextTable contexts;
    private final HostTransfer transfer;
    private final HeldPayloads held;
    private final Egress egress;
    private final NetEvents network;
    private final IpLayer ip;
    private final Ingress ingress;
    private final RequestReader requests;
    /** By their numbers; behind them earlier ones that have kept their connections. */
    private final List<LoadedTransport<?>> transports = new ArrayList<>();
    private final int positions;
    private final Captures captures = new Captures();
    private HardwareBackend hardware;
    /** Where frames are taken from: the port, or that in the hands of {@link #cutting}. */
    private Port receiver;
    private CuttingPort cutting;
    private RegistryWriter registry;
    private long ipDeadlineNs = Long.MIN_VALUE;
    private long nextRetireNs;
    private long nowNs;

    /**
     * Loads everything.
     *
     * @param config what to make it of
     * @throws IllegalArgumentException if a program does not fit, or an option or address is wrong
     */
    public DataPath(DataPathConfig config) {
        this(config, ContextHome.PRIVATE);
    }

    DataPath(DataPathConfig config, ContextHome home) {
        this.home = home;
        instance = config.instance();
        hardware = config.hardware();
        capacity = config.capacity();
        port = config.port();
        random = config.random();
        use(hardware, cutting(hardware));
        PortInfo info = port.info();
        contexts = new ContextTable(capacity.contexts(), counters, home.journals());
        transfer = new HostTransfer(contexts, frames, counters, pages);
        held = new HeldPayloads(transfer);
        egress = new Egress(port, transfer, captures);
        network = new NetEvents(this, transports);
        ip = new IpLayer(new MacAddress(info.macAddress()), config.addresses(), new RouteTable(config.routes()),
            NeighbourSettings.DEFAULT, egress, network);
        ingress = new Ingress(frames, ip, counters, info.macAddress(), info.checksumTrusted());
        requests = new RequestReader(new Dispatcher(), counters, pages);
        positions = config.transports().size();
        for (TransportChoice choice : config.transports()) {
            LoadedTransport<?> transport = load(choice);
            transports.add(transport);
            place(transport);
        }
    }

    private LoadedTransport<?> load(TransportChoice choice) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        FlowMap flows = new FlowMap(capacity.flows(), random.nextLong(), random.nextLong());
        RuntimeHost host = new RuntimeHost(this, choice, portInfo(hardware), flows,
            new TransportContexts(contexts, transports.size()), secret);
        Candidate candidate = new Candidate(this, null, host, hardware);
        FitReport fit = candidate.admit();
        if (!fit.fits()) {
            throw new IllegalArgumentException(candidate.refusal(fit));
        }
        return candidate.load(new TransportCounters());
    }

    private void place(LoadedTransport<?> transport) {
        transport.host.flows().attach(transport);
        ingress.route(transport);
    }

    private void use(HardwareBackend other, CuttingPort cuts) {
        hardware = other;
        cutting = cuts;
        receiver = cuts == null ? port : cuts;
    }

    /** {@return what cuts the port's super-frames now, or null} */
    CuttingPort cutting() {
        return cutting;
    }

    /** {@return what cuts the port's super-frames for a hardware, or null if it takes them as they are} */
    CuttingPort cutting(HardwareBackend other) {
        return other.superFrames() ? null : new CuttingPort(port, BATCH_FRAMES);
    }

    /** {@return the port as a hardware knows it; any thread} */
    PortInfo portInfo(HardwareBackend other) {
        return other.superFrames() ? port.info() : CuttingPort.cut(port.info());
    }

    /**
     * Does one round.
     *
     * @param nowNs the time; never goes back
     * @return {@code nowNs} or earlier if there may be more to do at once; else when to call again at the latest,
     *         {@link Long#MAX_VALUE} if only a frame or a request can bring work
     */
    public long poll(long nowNs) {
        this.nowNs = nowNs;
        boolean busy = receive(nowNs);
        busy |= takeRequests(nowNs);
        drain(nowNs);
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).advanceControl(nowNs); // before sending: a window cut after a loss holds at once
        }
        if (transports.size() > positions && nowNs >= nextRetireNs) {
            nextRetireNs = nowNs + RETIRE_NS;
            retire();
        }
        ipDeadlineNs = ip.advance(nowNs);
        busy |= transmit(nowNs);
        drain(nowNs);
        egress.flush(nowNs); // before an application may reuse what is being sent
        held.keep(); // the same for what a machine sends later
        long deadline = Math.min(ipDeadlineNs, pages.advance(contexts, nowNs));
        boolean blocked = tell(nowNs);
        if (registry != null) {
            deadline = Math.min(deadline, registry.advance(nowNs));
        }
        if (busy) {
            return nowNs;
        }
        if (transports.size() > positions) {
            deadline = Math.min(deadline, nextRetireNs);
        }
        if (blocked) {
            deadline = Math.min(deadline, nowNs + EVENT_RETRY_NS);
        }
        for (int i = 0; i < transports.size(); i++) {
            deadline = Math.min(deadline, transports.get(i).deadlineNs());
        }
        return deadline;
    }

    private boolean receive(long nowNs) {
        frames.forget();
        int count = receiver.receive(frames.batch);
        for (int i = 0; i < count; i++) {
            captures.received(frames.batch, i, nowNs);
            ingress.receive(i, nowNs);
        }
        return count > 0;
    }

    private boolean takeRequests(long nowNs) {
        boolean any = false;
        List<AppContext> open = contexts.all();
        for (int i = 0; i < open.size(); i++) {
            any |= requests.read(open.get(i), REQUEST_BUDGET, nowNs) > 0;
        }
        return any;
    }

    private boolean transmit(long nowNs) {
        boolean any = false;
        for (int i = 0; i < transports.size(); i++) {
            any |= transports.get(i).transmit(TRANSMIT_BUDGET, nowNs) > 0;
        }
        return any;
    }

    private void drain(long nowNs) {
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).drain(nowNs);
        }
    }

    /** Delivers events and closes whom it has to. Answers whether events wait for room. */
    private boolean tell(long nowNs) {
        boolean blocked = false;
        List<AppContext> open = contexts.all();
        for (int i = open.size() - 1; i >= 0; i--) {
            AppContext context = open.get(i);
            context.flush(nowNs);
            if (context.violation() != null) {
                LOG.warn("{}: context {} is closed: {}", instance, context.number, context.violation());
                counters.contextsClosedForCause++;
                close(context, nowNs);
                egress.flush(nowNs);
            } else {
                blocked |= context.events.isBlocked();
            }
        }
        return blocked;
    }

    /**
     * Says that the owner is about to sleep, or has woken. Between this and sleeping the owner polls once more.
     *
     * @param sleeping true before that last poll
     */
    void sleeping(boolean sleeping) {
        port.sleeping(sleeping);
        List<AppContext> open = contexts.all();
        for (int i = 0; i < open.size(); i++) {
            open.get(i).requestRing.waiting(sleeping);
        }
    }

    /**
     * Opens a context for an application on this thread, which polls both sides: experiments on virtual time.
     *
     * @param size how large
     * @return the context; its bell does nothing
     * @throws IllegalStateException if none is left
     */
    public ContextGrant grant(ContextSize size) {
        AppContext context = open(size);
        if (context == null) {
            throw new IllegalStateException("no context is left: contexts is " + capacity.contexts());
        }
        return new Grant(instance, transportNames(), context, () -> { }, -1, () -> {
            close(context, nowNs);
            context.region.close();
        });
    }

    /** {@return a new context in memory of its own, or null if there are as many as there can be} */
    AppContext open(ContextSize size) {
        SharedMemory memory = memory(size);
        AppContext context = open(size, memory, this, nowNs);
        if (context == null) {
            memory.close();
        }
        return context;
    }

    /** {@return memory for a context, which the caller closes when neither side uses it any more. Any thread} */
    SharedMemory memory(ContextSize size) {
        return home.memory().apply(ContextLayout.bytes(size));
    }

    /** {@return a new context in fresh memory, or null if there are as many as there can be} */
    AppContext open(ContextSize size, SharedMemory memory, Object owner, long atNs) {
        return contexts.open(size, memory, owner, atNs);
    }

    /**
     * Keeps a registry from now on; it is closed with the data path.
     *
     * @param epochMs the data path's time 0, ms since 1970
     */
    void keep(Registry lines, long epochMs) {
        registry = new RegistryWriter(lines, contexts, transports, epochMs);
    }

    /** Ends a context: its connections are reset, its application is told. Closed before: nothing. */
    void close(AppContext context, long nowNs) {
        if (contexts.find(context.number) != context) {
            return;
        }
        for (LoadedTransport<?> transport : transports) {
            transport.control.contextClosed(context.number, nowNs);
            transport.wakeControl();
        }
        contexts.remove(context);
        context.markClosed();
    }

    /** Tells every application that it is over, without a word to the peers: for a data path that has failed. */
    void abandon() {
        for (AppContext context : List.copyOf(contexts.all())) {
            contexts.remove(context);
            context.markClosed();
        }
    }

    /** {@return the transports' names, as applications number them} */
    List<String> transportNames() {
        return transports.subList(0, positions).stream().map(transport -> transport.host.name()).toList();
    }

    /** {@return what a tool shows} */
    public DataPathStatus status() {
        return StatusReport.of(this, transports, positions, true);
    }

    /** {@return {@link #status} without its lines for connections, which cost time where there are many} */
    DataPathStatus figures() {
        return StatusReport.of(this, transports, positions, false);
    }

    Vitals vitals(long atNs) {
        return Vitals.of(this, transports.subList(0, positions), registry == null || !registry.isBroken(), atNs);
    }

    /**
     * What runs.
     *
     * @param hardware   the backend
     * @param transports by position
     */
    public record Side(HardwareBackend hardware, List<TransportChoice> transports) {
    }

    /** {@return what runs} */
    public Side side() {
        return loaded().side();
    }

    /**
     * Swaps on this thread, which polls: experiments on virtual time. See {@link Instance#swap}.
     *
     * @param request what is to run instead
     * @return what has been done; its times are real
     * @throws SwapException if it is refused or fails; then nothing has changed
     */
    public SwapReport swap(SwapRequest request) throws SwapException {
        return swap(request, step -> { });
    }

    SwapReport swap(SwapRequest request, Consumer<SwapStep> hook) throws SwapException {
        Swap swap = new Swap(this, request, System::nanoTime, hook);
        swap.prepare(loaded());
        return Swap.end(swap.execute(nowNs));
    }

    /** {@return what trace points have recorded since the last call, as text: experiments on virtual time} */
    public TraceLines traceLines() {
        return TraceRing.lines(records());
    }

    /** {@return what trace points have recorded since the last call} */
    List<TraceRing.Batch> records() {
        return transports.stream().map(transport -> transport.added.ring()).filter(Objects::nonNull)
            .map(TraceRing::take).toList();
    }

    /** {@return the backend and all transports, first those in their places; a copy} */
    Loaded loaded() {
        return new Loaded(hardware, List.copyOf(transports), positions);
    }

    /**
     * What is loaded.
     *
     * @param hardware   the backend
     * @param transports those in their places, then those that retire
     * @param positions  number of places
     */
    record Loaded(HardwareBackend hardware, List<LoadedTransport<?>> transports, int positions) {
        Side side() {
            return new Side(hardware, transports.subList(0, positions).stream().map(t -> t.host.choice()).toList());
        }
    }

    /** Between rounds: takes in what is half taken in, and lets everything come out. Answers whether it has. */
    boolean quiesce(long nowNs) {
        drain(nowNs);
        while (cutting != null && !cutting.isEmpty()) {
            receive(nowNs);
            drain(nowNs);
        }
        boolean empty = true;
        for (LoadedTransport<?> transport : transports) {
            empty &= transport.quiesce(nowNs);
        }
        egress.flush(nowNs);
        return empty;
    }

    /** Puts the new side in place. Nothing here can fail. */
    void commit(Swap.Plan plan) {
        use(plan.hardware(), plan.cutting());
        for (Swap.Move move : plan.moves()) {
            int index = transports.indexOf(move.old());
            transports.set(index, move.fresh());
            FlowMap flows = move.fresh().host.flows();
            if (index >= positions) {
                flows.replace(move.old(), move.fresh());
            } else {
                if (plan.newOnly()) {
                    flows.keep();
                    transports.add(move.old());
                }
                place(move.fresh());
            }
        }
        for (LoadedTransport<?> transport : transports) {
            transport.wakeControl();
        }
        if (!plan.newOnly()) {
            contexts.pullAll();
        }
        contexts.changedAll();
    }

    /** Lets go of transports all of whose connections have ended. */
    private void retire() {
        for (int i = transports.size() - 1; i >= positions; i--) {
            LoadedTransport<?> transport = transports.get(i);
            if (transport.host.flows().count(transport) == 0 && transport.isForgotten() && transport.isIdle()) {
                transports.remove(i);
                LOG.info("{}: {} has retired", instance, transport.host.name());
            }
        }
        for (int i = 0; i < positions; i++) {
            FlowMap flows = transports.get(i).host.flows();
            if (transports.stream().skip(positions).noneMatch(t -> t.host.flows() == flows)) {
                flows.keepNone();
            }
        }
    }

    /** Resets all connections, closes all contexts and the port. */
    @Override
    public void close() {
        for (AppContext context : List.copyOf(contexts.all())) {
            close(context, nowNs);
        }
        drain(nowNs);
        egress.flush(nowNs);
        if (registry != null) {
            registry.finish(nowNs);
        }
        closePort();
    }

    void closePort() {
        port.close();
        if (registry != null) {
            registry.close();
        }
        captures.endAll();
    }

    /** {@return a line for a connection, or null if it is gone or its transport has nothing to say about it} */
    ConnectionInfo line(int number, int connection) {
        AppContext context = contexts.find(number);
        int slot = context == null ? -1 : context.slots.own(connection);
        return slot < 0 ? null
            : transports.get(context.slots.transport[slot]).control.connection(number, connection);
    }

    Captures captures() {
        return captures;
    }

    void portUnreachable(int frame) {
        if (frame < frames.batch.count()) {
            ip.portUnreachable(frames.batch.segment[frame], frames.batch.offset[frame], frames.batch.length[frame],
                nowNs);
        }
    }

    /** {@return the MAC address of the next hop to a peer, or a negative number} */
    long resolve(int peer, long atNs) {
        return ip.resolvedMac(peer, atNs);
    }

    /** {@return what is loaded, retiring transports too: the backend, factories, extensions} */
    List<Object> parts() {
        List<Object> parts = new ArrayList<>(List.of(hardware));
        for (LoadedTransport<?> transport : transports) {
            parts.add(transport.host.choice().factory());
            parts.addAll(transport.host.choice().extensions());
        }
        return parts;
    }

    /** {@return routes that can be this data path's. Any thread} */
    RouteTable checked(List<Route> routes) {
        RouteTable table = new RouteTable(routes);
        ip.check(table);
        return table;
    }

    /** Routes otherwise from now on, connections that are there too. */
    void route(RouteTable routes, long atNs) {
        ip.route(routes);
        network.routesChanged(atNs);
    }

    String instance() {
        return instance;
    }

    HardwareBackend hardware() {
        return hardware;
    }

    Capacity capacity() {
        return capacity;
    }

    Port port() {
        return port;
    }

    PortInfo portInfo() {
        return port.info();
    }

    Counters counters() {
        return counters;
    }

    ReceivedFrames frames() {
        return frames;
    }

    ContextTable contexts() {
        return contexts;
    }

    HostTransfer transfer() {
        return transfer;
    }

    HeldPayloads held() {
        return held;
    }

    Egress egress() {
        return egress;
    }

    IpLayer ip() {
        return ip;
    }

    /** Hands requests to the transport that they are for. */
    private final class Dispatcher implements RequestSink {
        @Override
        public void bump(AppContext context, int slot, int receiveBytes, int transmitBytes, int flags, long atNs) {
            int flow = context.slots.flow[slot];
            if (flow != 0) { // 0: the connection has failed, the application only reads on
                transports.get(context.slots.transport[slot]).ofFlow(flow)
                    .bump(flow, context, slot, receiveBytes, transmitBytes, flags, atNs);
            }
        }

        @Override
        public void message(AppContext context, int slot, int bytes, int peerAddress, int peerPort, long atNs) {
            int flow = context.slots.flow[slot];
            if (flow != 0) {
                transports.get(context.slots.transport[slot]).ofFlow(flow)
                    .message(flow, context, slot, bytes, peerAddress, peerPort, atNs);
            }
        }

        @Override
        public boolean request(AppContext context, int transport, ContextRequest request, long atNs) {
            int index = transport == 0 ? firstFor(request.kind()) : transport - 1;
            if (index >= positions) {
                return false;
            }
            LoadedTransport<?> asked = concerned(index, request);
            asked.wakeControl();
            asked.control.request(request, atNs);
            if (request.kind() == ContextRequest.Kind.UNLISTEN) {
                contexts.changed.unlistened(context, index, request.backlog());
            }
            return true;
        }

        /** A connection may be with an earlier transport that retires. */
        private LoadedTransport<?> concerned(int position, ContextRequest request) {
            for (int i = positions; i < transports.size() && request.connection() != 0; i++) {
                LoadedTransport<?> retiring = transports.get(i);
                if (retiring.host.position() == position
                    && retiring.control.connection(request.context(), request.connection()) != null) {
                    return retiring;
                }
            }
            return transports.get(position);
        }

        /** A target that is gone, or another application's by now, takes nothing: then the connection is reset. */
        @Override
        public void handOver(AppContext context, int slot, int target, long opaque, long atNs) {
            AppContext taker = contexts.find(target);
            drain(atNs); // what a machine still has on its way names the old place
            boolean allowed = taker != null && taker != context && taker.owner.equals(context.owner);
            if (!allowed) {
                counters.refusedHandovers++;
            }
            request(context, context.slots.transport[slot] + 1, new ContextRequest(
                allowed ? ContextRequest.Kind.HANDOVER : ContextRequest.Kind.ABORT, context.number,
                context.slots.id[slot], opaque, null, null, target), atNs);
        }

        /** Streams are TCP's, messages are anyone else's; failing that, the first transport answers. */
        private int firstFor(ContextRequest.Kind kind) {
            boolean stream = kind != ContextRequest.Kind.BIND;
            for (int i = 0; i < positions; i++) {
                if (transports.get(i).protocol == Ipv4Header.TCP == stream) {
                    return i;
                }
            }
            return 0;
        }
    }
}
