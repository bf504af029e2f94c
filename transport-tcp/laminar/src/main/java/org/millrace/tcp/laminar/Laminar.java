package org.millrace.tcp.laminar;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.PushSource;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.program.TcpCodec;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.laminar.host.HostNotice;
import org.millrace.tcp.laminar.host.HostRequest;
import org.millrace.tcp.laminar.host.PayloadMove;
import org.millrace.tcp.laminar.host.WindowUpdate;
import org.millrace.tcp.laminar.receive.Accept;
import org.millrace.tcp.laminar.receive.AdvertisedEdge;
import org.millrace.tcp.laminar.receive.CongestionEcho;
import org.millrace.tcp.laminar.receive.DelayedAck;
import org.millrace.tcp.laminar.receive.OooHead;
import org.millrace.tcp.laminar.receive.OooTail;
import org.millrace.tcp.laminar.receive.Place;
import org.millrace.tcp.laminar.receive.Readable;
import org.millrace.tcp.laminar.receive.ReceiveWindow;
import org.millrace.tcp.laminar.receive.RecentTimestamp;
import org.millrace.tcp.laminar.receive.RepeatedBlock;
import org.millrace.tcp.laminar.receive.SackBlock;
import org.millrace.tcp.laminar.receive.SequenceCheck;
import org.millrace.tcp.laminar.receive.StreamEnd;
import org.millrace.tcp.laminar.segment.ClockRead;
import org.millrace.tcp.laminar.segment.Compose;
import org.millrace.tcp.laminar.segment.ConnectionMatch;
import org.millrace.tcp.laminar.segment.FlowMatch;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.segment.ScaleWindow;
import org.millrace.tcp.laminar.transmit.AckCheck;
import org.millrace.tcp.laminar.transmit.AckedBytes;
import org.millrace.tcp.laminar.transmit.Credits;
import org.millrace.tcp.laminar.transmit.DuplicateAcks;
import org.millrace.tcp.laminar.transmit.FinSent;
import org.millrace.tcp.laminar.transmit.Grants;
import org.millrace.tcp.laminar.transmit.NextAck;
import org.millrace.tcp.laminar.transmit.Push;
import org.millrace.tcp.laminar.transmit.ReducedWindow;
import org.millrace.tcp.laminar.transmit.RemoteEdge;
import org.millrace.tcp.laminar.transmit.RoundTrip;
import org.millrace.tcp.laminar.transmit.SegmentCounts;
import org.millrace.tcp.laminar.transmit.TimedSegment;
import org.millrace.tcp.laminar.transmit.TransmitHeads;

/** Laminar's TCP as a program: which stages each workflow runs. Registers stand in the same order in all of them. */
public final class Laminar implements TcpProgram<LaminarMeta> {
    static final String NAME = "tcp-laminar";
    private static final int HEADERS = 14 + 20 + 32;

    private final TcpCodec<LaminarMeta> codec;
    private final FlowQueue scheduler;
    private final TransmitHeads heads;
    private final Grants grants;
    private final FlowMatch flow;
    private final ConnectionMatch connection = new ConnectionMatch();
    private final ClockRead clock;
    private final RecentTimestamp timestamp = new RecentTimestamp();
    private final SequenceCheck sequence = new SequenceCheck();
    private final NextAck nextAck = new NextAck();
    private final AckCheck ackCheck = new AckCheck();
    private final ReceiveWindow window = new ReceiveWindow();
    private final Place place = new Place();
    private final OooTail tail = new OooTail();
    private final OooHead head = new OooHead();
    private final Accept accept = new Accept();
    private final StreamEnd end = new StreamEnd();
    private final Readable readable = new Readable();
    private final WindowUpdate update = new WindowUpdate();
    private final AdvertisedEdge advertised = new AdvertisedEdge();
    private final CongestionEcho echo = new CongestionEcho();
    private final RemoteEdge remote = new RemoteEdge();
    private final DuplicateAcks duplicates = new DuplicateAcks();
    private final FinSent fin = new FinSent();
    private final Credits credits = new Credits();
    private final ReducedWindow reduced = new ReducedWindow();
    private final TimedSegment timed = new TimedSegment();
    private final RoundTrip roundTrip = new RoundTrip();
    private final AckedBytes acked = new AckedBytes();
    private final SegmentCounts counts = new SegmentCounts();
    private final Push push;
    private final HostRequest request;
    private final PayloadMove dma;
    private final HostNotice notice;
    private final Compose compose = new Compose();
    private final ScaleWindow scale = new ScaleWindow();
    private final DelayedAck delayed = new DelayedAck();
    private final RepeatedBlock repeated = new RepeatedBlock();
    private final SackBlock sack = new SackBlock();
    private final LaminarOptions options;
    private LaminarState state;

    Laminar(TransportHost host, LaminarOptions options) {
        this(host.externs(), host.capacity().flows(), superFrame(host.port()), options);
    }

    Laminar(Externs externs, int flows, int superFrame, LaminarOptions options) {
        this.options = options;
        codec = new TcpCodec<>(options.stretchAcks());
        ContextQueue queue = externs.contextQueue();
        scheduler = externs.flowQueue();
        clock = new ClockRead(externs.timestamps());
        grants = options.push() ? new Grants(queue, flows) : null;
        heads = externs.host(new TransmitHeads(scheduler, flows, superFrame, grants));
        flow = new FlowMatch(externs.lookup());
        push = new Push(externs.host((PushSource) (item, nowNs) -> heads.push((LaminarMeta) item, nowNs)));
        request = new HostRequest(heads);
        dma = new PayloadMove(externs.dma());
        notice = new HostNotice(queue, heads);
    }

    private static int superFrame(PortInfo port) {
        return port.segmentation() ? port.maxFrameBytes() - HEADERS : 0;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LaminarMeta newMeta() {
        return new LaminarMeta();
    }

    @Override
    public List<Stage<? super LaminarMeta, ?>> stages(Workflow workflow) {
        List<Stage<? super LaminarMeta, ?>> stages = switch (workflow) {
            case RX -> List.of(flow, connection, clock, timestamp, sequence, nextAck, ackCheck, window, place, repeated,
                tail, head, accept, echo, remote, duplicates, fin, timed, roundTrip, acked, counts, end, readable,
                delayed, dma, notice);
            case TX -> List.of(push, connection, clock, timestamp, nextAck, ackCheck, window, echo, remote, fin, credits,
                reduced, timed, counts, advertised, delayed, compose, scale, dma);
            case HC -> List.of(connection, clock, timestamp, sequence, nextAck, window, echo, duplicates, timed, end,
                update, advertised, delayed, request, compose, scale);
            case MIRROR -> List.of(connection, clock, timestamp, nextAck, window, place, tail, head, sack, advertised,
                compose, scale);
        };
        return stages.stream().filter(this::isOn).toList();
    }

    private boolean isOn(Stage<? super LaminarMeta, ?> stage) {
        return stage == delayed ? options.delayedAck() : stage != sack && stage != repeated || options.sack();
    }

    @Override
    public List<MirrorSession> mirrors() {
        List<String> carried = new ArrayList<>(List.of("flow", "seq", "end", "tsValue", "stamp", "answer", "echo"));
        if (options.sack()) {
            carried.addAll(List.of("sackStart", "sackEnd"));
        }
        return List.of(new MirrorSession(HostNotice.PSEUDO_SEGMENT, Workflow.MIRROR, List.copyOf(carried)));
    }

    @Override
    public HeaderCodec<LaminarMeta> codec() {
        return codec;
    }

    @Override
    public FlowScheduler scheduler() {
        return scheduler;
    }

    @Override
    public void loaded(StateTables tables) {
        state = new LaminarState(tables, heads, grants, options);
    }

    @Override
    public boolean reportsSack() {
        return options.sack();
    }

    @Override
    public void install(int index, TcpConnectionState from) {
        state.install(index, from);
    }

    @Override
    public void export(int index, TcpConnectionState to) {
        state.export(index, to);
    }

    @Override
    public void progress(int index, TcpProgress to) {
        state.progress(index, to);
    }

    @Override
    public void congestionWindow(int index, int windowBytes) {
        state.congestionWindow(index, windowBytes);
    }

    @Override
    public void receiveBuffer(int index, int bufferBytes) {
        state.receiveBuffer(index, bufferBytes);
    }

    @Override
    public void rate(int index, long bytesPerSecond) {
        long nsPerKiB = bytesPerSecond == 0 ? 0 : 1_024_000_000_000L / bytesPerSecond;
        state.pacing(index, (int) Math.min(nsPerKiB, Integer.MAX_VALUE));
    }

    @Override
    public void gather(int index, boolean nagle, boolean corked) {
        heads.gather(index, nagle, corked);
    }

    @Override
    public void congestionWindowReduced(int index) {
        state.windowReduced(index);
    }

    @Override
    public void place(int index, int context, int connection) {
        state.place(index, context, connection);
    }

    @Override
    public void segmentSize(int index, int mssBytes) {
        state.segmentSize(index, mssBytes);
    }
}
