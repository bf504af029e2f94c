package org.millrace.runtime.path;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Limit;
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
import org.millrace.runtime.capture.Captures;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.frame.CuttingPort;
import org.millrace.runtime.frame.LoopbackPort;
import org.millrace.runtime.frame.ReceivedFrames;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.runtime.frame.ShardPort;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Durations;
import org.millrace.runtime.status.RegistryWriter;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.status.StatusReport;
import org.millrace.runtime.status.Vitals;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.tenant.ContextHome;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.tenant.Egress;
import org.millrace.runtime.tenant.FlowHeaders;
import org.millrace.runtime.tenant.Grant;
import org.millrace.runtime.tenant.HostTransfer;
import org.millrace.runtime.tenant.IdlePages;
import org.millrace.runtime.tenant.PayloadSpans;
import org.millrace.runtime.tenant.RequestReader;
import org.millrace.runtime.tenant.Weights;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRing;
import org.millrace.runtime.transport.Candidate;
import org.millrace.runtime.transport.Dispatcher;
import org.millrace.runtime.transport.FlowMap;
import org.millrace.runtime.transport.Loaded;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.runtime.transport.PathParts;
import org.millrace.runtime.transport.RuntimeHost;
import org.millrace.runtime.transport.TransportContexts;
import org.millrace.runtime.transport.TransportTable;
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
    private static final int ROUND_BUDGET = 4096;
    private static final int TRANSMIT_BUDGET = 64;
    /** Where classes share the data path, none waits for more than this at once: a super-frame to send. */
    private static final int SHARED_FRAME_BYTES = 16 << 10;
    /** Then a received batch of so many bytes is a queue, of which senders are told (RFC 3168), for nothing overtakes it. */
    private static final int MARK_BYTES = 8 << 10;
    /** An application that frees its event ring rings no bell: who waits for it looks again after this time. */
    private static final long EVENT_RETRY_NS = 200_000;
    private static final int SECRET_BYTES = 16; // RFC 6528 §3
    private static final int RETAINED_FRAMES = 1 << 14;
    private static final long RETAINED_BYTES = 1 << 26;

    private final String instance;
    private final Capacity capacity;
    private final LoopbackPort port;
    private final ShardPlace place;
    /** What comes from the port and from oneself; with other shards: without theirs, with what they hand over. */
    private final Port arrivals;
    private final RandomGenerator random;
    private final Counters counters = new Counters();
    private final IdlePages pages = new IdlePages(counters);
    private final ContextHome home;
    private final RetainedFrames retained = new RetainedFrames(RETAINED_FRAMES, RETAINED_BYTES);
    private final ReceivedFrames frames = new ReceivedFrames(BATCH_FRAMES, retained);
    private final ContextTable contexts;
    private final Weights weights;
    private final HostTransfer transfer;
    private final PayloadSpans spans;
    private final Egress egress;
    private final NetEvents network;
    private final IpLayer ip;
    private final PathParts parts;
    private final Ingress ingress;
    private final RequestReader requests;
    private final LeftContexts left;
    private final TransportTable transports;
    private final Captures captures = new Captures();
    private HardwareBackend hardware;
    /** Whether programs that are loaded from now on are told of small super-frames, for the sake of other classes. */
    private volatile boolean sharesFrames;
    /** Where frames are taken from: {@link #arrivals}, or those in the hands of {@link #cutting}. */
    private Port receiver;
    private CuttingPort cutting;
    private RegistryWriter registry;
    private int firstToAsk;
    private long ipDeadlineNs = Long.MIN_VALUE;
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

    public DataPath(DataPathConfig config, ContextHome home) {
        this.home = home;
        instance = config.instance();
        hardware = config.hardware();
        capacity = config.capacity();
        port = new LoopbackPort(config.port(), counters::drop);
        place = config.place();
        arrivals = place.hasOthers() ? new ShardPort(port, place.node(), place.steering(), counters::drop) : port;
        random = config.random();
        use(hardware, cutting(hardware));
        PortInfo info = port.info();
        transports = new TransportTable(instance);
        contexts = new ContextTable(capacity.contexts(), counters,
            (context, atNs) -> home.journals().open(place.outside(context), atNs));
        weights = new Weights(config.weights(), contexts.numbers());
        weights.routes(config.routes());
        sharesFrames = weights.areSet();
        spans = new PayloadSpans(contexts, retained, counters);
        transfer = new HostTransfer(contexts, frames, spans, counters, pages);
        egress = new Egress(port, spans, retained, captures);
        network = new NetEvents(this, transports.all());
        ip = new IpLayer(new MacAddress(info.macAddress()), config.addresses(), new RouteTable(config.routes()),
            NeighbourSettings.DEFAULT, egress, network);
        parts = new PathParts(instance, place, capacity, port, ip, frames, contexts, weights, transfer, spans, egress, counters);
        ingress = new Ingress(frames, ip, counters, info.macAddress(), info.checksumTrusted());
        requests = new RequestReader(new Dispatcher(transports, contexts, counters), counters, pages);
        left = new LeftContexts(transports, this, counters);
        try {
            config.transports().forEach(choice -> transports.add(load(choice)));
        } catch (RuntimeException e) {
            transports.close();
            throw e;
        }
        transports.placed().forEach(ingress::route);
    }

    private LoadedTransport<?> load(TransportChoice choice) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        FlowMap flows = new FlowMap(capacity.flows(), random.nextLong(), random.nextLong());
        PortInfo port = portInfo(hardware);
        FlowHeaders headers = new FlowHeaders(ip, weights, port.macAddress(), choice.factory().protocol(), capacity.flows());
        RuntimeHost host = new RuntimeHost(parts, choice, port, flows, headers,
            new TransportContexts(contexts, transports.places(), headers), secret);
        Candidate candidate = new Candidate(parts, null, host, hardware);
        FitReport fit = candidate.admit();
        if (!fit.fits()) {
            throw new IllegalArgumentException(candidate.refusal(fit));
        }
        return candidate.load();
    }

    private void use(HardwareBackend other, CuttingPort cuts) {
        hardware = other;
        cutting = cuts;
        receiver = cuts == null ? arrivals : cuts;
    }

    /** {@return what cuts the port's super-frames now, or null} */
    public CuttingPort cutting() {
        return cutting;
    }

    /** {@return what cuts the port's super-frames for a hardware, or null if it takes them as they are} */
    public CuttingPort cutting(HardwareBackend other) {
        return other.superFrames() ? null : new CuttingPort(arrivals, BATCH_FRAMES);
    }

    /** {@return the port as a hardware knows it; any thread} */
    public PortInfo portInfo(HardwareBackend other) {
        PortInfo info = other.superFrames() ? port.info() : CuttingPort.cut(port.info());
        return sharesFrames ? info.withFrames(SHARED_FRAME_BYTES) : info;
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
        transports.settle(nowNs);
        busy |= takeRequests(nowNs);
        left.advance(nowNs);
        transports.drain(nowNs);
        transports.advanceControl(nowNs); // before sending: a window cut after a loss holds at once
        ipDeadlineNs = ip.advance(nowNs);
        busy |= transports.transmit(TRANSMIT_BUDGET, nowNs);
        transports.drain(nowNs);
        egress.flush(nowNs); // before an application may reuse what is being sent
        transports.keep(); // the same for what a machine sends later
        long deadline = Math.min(ipDeadlineNs, pages.advance(contexts, nowNs));
        boolean blocked = tell(nowNs);
        if (registry != null) {
            deadline = Math.min(deadline, registry.advance(nowNs));
        }
        if (busy || !port.isEmpty()) {
            return nowNs;
        }
        if (blocked) {
            deadline = Math.min(deadline, nowNs + EVENT_RETRY_NS);
        }
        return Math.min(deadline, transports.deadlineNs());
    }

    private boolean receive(long nowNs) {
        frames.forget();
        frames.receivedNs = nowNs;
        frames.batch.takesHeads = !captures.isOn();
        weights.round(nowNs);
        int count = receiver.receive(frames.batch);
        ingress.mark(weights.areContended() && frames.batch.bytes() >= MARK_BYTES);
        if (count > 1 && transports.areFar()) {
            ingress.touch(frames.batch);
        }
        for (int i = 0; i < count; i++) {
            captures.received(frames.batch, i, nowNs);
            ingress.receive(i, nowNs);
        }
        return count > 0;
    }

    /** What all contexts may have done in a round is bounded, and where it ends the next round begins. */
    private boolean takeRequests(long nowNs) {
        List<AppContext> open = contexts.all();
        int work = 0;
        for (int i = 0; i < open.size() && work < ROUND_BUDGET; i++) {
            firstToAsk = firstToAsk < open.size() ? firstToAsk : 0;
            work += requests.read(open.get(firstToAsk++), REQUEST_BUDGET, nowNs);
        }
        return work > 0;
    }

    /** Delivers events and closes whom it has to. Answers whether events wait for room. */
    private boolean tell(long nowNs) {
        boolean blocked = false;
        List<AppContext> open = contexts.all();
        for (int i = open.size() - 1; i >= 0; i--) {
            AppContext context = open.get(i);
            context.flush(nowNs);
            if (context.violation() != null) {
                LOG.warn("{}: context {} is closed: {}", instance, place.outside(context.number), context.violation());
                counters.contextsClosedForCause++;
                close(context, nowNs);
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
        arrivals.sleeping(sleeping);
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
        return new Grant(instance, transports.names(), context, () -> { }, -1, () -> {
            leave(context, nowNs);
            context.letGo(Runnable::run);
        });
    }

    /** {@return a new context in memory of its own, or null if there are as many as there can be} */
    public AppContext open(ContextSize size) {
        SharedMemory memory = memory(size);
        AppContext context = open(size, new ConnectionSlots(size.connections()), memory, this, nowNs);
        if (context == null) {
            memory.close();
        }
        return context;
    }

    /** {@return memory for a context, which the caller closes when neither side uses it any more. Any thread} */
    public SharedMemory memory(ContextSize size) {
        return home.memory().apply(ContextLayout.bytes(size));
    }

    /** {@return a new context in fresh memory, or null if there are as many as there can be} */
    public AppContext open(ContextSize size, ConnectionSlots slots, SharedMemory memory, Object owner, long atNs) {
        if (contexts.isFull()) {
            left.makeRoom(atNs);
        }
        AppContext context = contexts.open(size, slots, memory, owner, atNs);
        if (context != null) {
            weights.opened(context);
        }
        return context;
    }

    /**
     * Keeps a registry from now on; it is closed with the data path.
     *
     * @param epochMs the data path's time 0, ms since 1970
     */
    public void keep(Registry lines, long epochMs) {
        registry = new RegistryWriter(lines, parts, transports.all(), epochMs);
    }

    /** The application of a context is gone: what it has written is still sent. Closed before: nothing. */
    public void leave(AppContext context, long atNs) {
        if (contexts.find(context.number) == context && !context.hasLeft()) {
            left.add(context);
            requests.read(context, REQUEST_BUDGET, atNs); // most have asked for no more
            left.advance(atNs);
        }
    }

    /** As if all applications were gone. Answers whether there is something that they have left behind. */
    boolean leaveAll(long atNs) {
        List.copyOf(contexts.all()).forEach(context -> leave(context, atNs));
        return left.size() > 0;
    }

    /** Ends a context: its connections are reset, its application is told. Closed before: nothing. */
    public void close(AppContext context, long nowNs) {
        if (contexts.find(context.number) != context) {
            return;
        }
        transports.contextClosed(context.number, nowNs);
        egress.flush(nowNs); // before its memory goes
        transports.keep();
        left.remove(context);
        context.markClosed();
        contexts.remove(context);
    }

    /** Tells every application that it is over, without a word to the peers: for a data path that has failed. */
    void abandon() {
        transports.close(); // before memory goes that something of theirs may be writing to
        for (AppContext context : List.copyOf(contexts.all())) {
            context.markClosed();
            contexts.remove(context);
        }
    }

    /** {@return what a tool shows} */
    public DataPathStatus status() {
        return StatusReport.of(parts, hardware, transports, true, List.of());
    }

    /** {@return {@link #status} without its lines for connections, with limits that are not the data path's} */
    public DataPathStatus figures(List<Limit> others) {
        return StatusReport.of(parts, hardware, transports, false, others);
    }

    /** {@return what its health is judged by, with limits that are not the data path's and how long its thread has been busy} */
    public Vitals vitals(List<Limit> others, long busyNs, long atNs) {
        return Vitals.of(parts, transports.placed(), registry == null || !registry.isBroken(), others, busyNs, atNs);
    }

    /** {@return what runs} */
    public Running running() {
        return loaded().running();
    }

    /** {@return what trace points have recorded since the last call, as text: experiments on virtual time} */
    public TraceLines traceLines() {
        return TraceRing.lines(transports.records());
    }

    /** {@return what is loaded} */
    public Loaded loaded() {
        return new Loaded(hardware, List.copyOf(transports.all()), transports.places());
    }

    /** Between rounds: takes in what is half taken in, and lets everything come out. Answers whether it has. */
    public boolean quiesce(long nowNs) {
        transports.drain(nowNs);
        while (cutting != null && !cutting.isEmpty()) {
            receive(nowNs);
            transports.drain(nowNs);
        }
        boolean empty = transports.quiesce(nowNs);
        egress.flush(nowNs);
        return empty;
    }

    /** Puts the new side in place. Nothing here can fail. */
    public void commit(Replacement other) {
        use(other.hardware(), other.cutting());
        for (Replacement.Move move : other.moves()) {
            transports.replace(move.old(), move.fresh(), other.newOnly());
        }
        transports.placed().forEach(ingress::route);
        transports.wakeControl();
        if (!other.newOnly()) {
            contexts.pullAll();
        }
        contexts.changedAll();
    }

    /** Resets all connections, closes all contexts and the port. */
    @Override
    public void close() {
        for (AppContext context : List.copyOf(contexts.all())) {
            close(context, nowNs);
        }
        transports.drain(nowNs);
        egress.flush(nowNs);
        if (registry != null) {
            registry.finish(nowNs);
        }
        closePort();
    }

    /** Lets go of its port, its machines and what it writes to, without a word to anybody; by whom it is run, or before. */
    public void closePort() {
        transports.close();
        port.close();
        if (registry != null) {
            registry.close();
        }
        captures.endAll();
    }

    /** {@return a line for a connection, or null if it is gone, another shard's, or its transport has nothing to say about it} */
    public ConnectionInfo line(int number, int connection) {
        AppContext context = contexts.find(place.inside(number));
        int slot = context == null ? -1 : context.slots.own(connection);
        return slot < 0 ? null
            : StatusReport.outside(transports.at(context.slots.transport(slot)).control.connection(context.number, connection), place);
    }

    /** {@return what this one has of an instance's work, in these rounds of its thread} */
    public ShardLine shardLine(Durations rounds) {
        return ShardLine.of(parts, hardware, transports.placed(), rounds);
    }

    public Captures captures() {
        return captures;
    }

    /** {@return routes that can be this data path's. Any thread} */
    public RouteTable checked(List<Route> routes) {
        RouteTable table = new RouteTable(routes);
        ip.check(table);
        return table;
    }

    /** Sends with another time to live from now on, 1 to 255. */
    public void ttl(int hops) {
        ip.ttl(hops);
    }

    /** Routes otherwise from now on, connections that are there too. */
    public void route(RouteTable routes) {
        ip.route(routes);
        weights.routes(routes.routes());
    }

    public boolean sharesFrames() {
        return sharesFrames;
    }

    /** Whether anybody is to have a weight: what is loaded from now on is told super-frames by that. Any thread. */
    public void sharesFrames(boolean shared) {
        sharesFrames = shared;
    }

    /** Users' contexts have other weights from now on, those that are there too. */
    public void weights(Map<Integer, Integer> users) {
        weights.users(users, contexts.all());
    }

    /** {@return what it is made of beside its transports} */
    public PathParts parts() {
        return parts;
    }

    /** {@return the time of the last round} */
    public long nowNs() {
        return nowNs;
    }

    public String instance() {
        return instance;
    }

    public HardwareBackend hardware() {
        return hardware;
    }

    /** {@return which of the data paths behind its addresses it is} */
    public ShardPlace place() {
        return place;
    }

    public Capacity capacity() {
        return capacity;
    }

    public Port port() {
        return port;
    }

    public PortInfo portInfo() {
        return port.info();
    }

    public Counters counters() {
        return counters;
    }

    public ContextTable contexts() {
        return contexts;
    }

    public TransportTable transports() {
        return transports;
    }

    public IpLayer ip() {
        return ip;
    }
}
