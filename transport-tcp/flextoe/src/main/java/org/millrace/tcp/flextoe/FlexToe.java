package org.millrace.tcp.flextoe;

import java.util.List;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.program.TcpCodec;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;

/** FlexTOE's TCP as a program: which stages each workflow runs, and the control plane's way to their state. */
public final class FlexToe implements TcpProgram<FlexMeta> {
    private static final int HEADERS = 14 + 20 + 32;
    private static final int MAX_DUPLICATES = 255;

    private final int furtherIntervals;
    private final TcpCodec<FlexMeta> codec;
    private final FlowQueue scheduler;
    private final ReceivePreprocess receivePre;
    private final Preprocess pre = new Preprocess();
    private final ReceiveProtocol receiveProtocol;
    private final TransmitProtocol transmitProtocol;
    private final ControlProtocol controlProtocol = new ControlProtocol();
    private final Postprocess post;
    private final PayloadStage dma;
    private final ContextStage context;

    private StateTables states;
    private StateHandle<Preprocess.Peer> peerState;
    private StateHandle<ProtocolState> protocolState;
    private StateHandle<PostState> postState;

    /**
     * Makes the program.
     *
     * @param host   the externs and the port it is for
     * @param config its options
     */
    public FlexToe(TransportHost host, TcpConfig config) {
        furtherIntervals = config.intervals() - 1;
        codec = new TcpCodec<>(config.stretchAcks());
        PortInfo port = host.port();
        Externs externs = host.externs();
        scheduler = externs.flowQueue();
        receivePre = new ReceivePreprocess(externs.lookup());
        Timestamps clock = externs.timestamps();
        receiveProtocol = new ReceiveProtocol(clock);
        transmitProtocol = new TransmitProtocol(clock, port.segmentation() ? port.maxFrameBytes() - HEADERS : 0);
        post = new Postprocess(scheduler, clock);
        dma = new PayloadStage(externs.dma());
        context = new ContextStage(externs.contextQueue());
    }

    @Override
    public String name() {
        return "tcp-flextoe";
    }

    @Override
    public FlexMeta newMeta() {
        return new FlexMeta();
    }

    @Override
    public List<Stage<? super FlexMeta, ?>> stages(Workflow workflow) {
        return switch (workflow) {
            case RX -> List.of(receivePre, receiveProtocol, post, dma, context);
            case TX -> List.of(pre, transmitProtocol, post, dma);
            case HC -> List.of(pre, controlProtocol, post, context);
            case MIRROR -> List.of();
        };
    }

    @Override
    public HeaderCodec<FlexMeta> codec() {
        return codec;
    }

    @Override
    public FlowScheduler scheduler() {
        return scheduler;
    }

    @Override
    public void loaded(StateTables tables) {
        states = tables;
        peerState = tables.handle(pre);
        protocolState = tables.handle(receiveProtocol);
        postState = tables.handle(post);
    }

    @Override
    public boolean reportsSack() {
        return true;
    }

    @Override
    public void install(int flow, TcpConnectionState from) {
        try (OpenState open = states.open(flow)) {
            scheduler.reset(flow);
            Preprocess.Peer peer = open.state(peerState);
            peer.localAddress(from.localAddress);
            peer.peerAddress(from.peerAddress);
            peer.localPort(from.localPort);
            peer.peerPort(from.peerPort);
            installProtocol(open.state(protocolState), from);
            installIntervals(open.state(protocolState), from, furtherIntervals);
            PostState s = open.state(postState);
            s.context(from.context);
            s.connection(from.connection);
            s.firstReceived(from.firstReceived);
            s.firstSent(from.firstSent);
        }
    }

    @Override
    public void place(int flow, int context, int connection) {
        try (OpenState open = states.open(flow)) {
            PostState s = open.state(postState);
            s.context(context);
            s.connection(connection);
        }
    }

    private static void installProtocol(ProtocolState s, TcpConnectionState from) {
        s.una(from.sndUna);
        s.next(from.sndNxt);
        s.max(from.sndMax);
        s.ready(from.sndReady);
        s.peerWindow(from.sndWindow);
        s.peerWindowMax(from.sndWindowMost);
        s.windowSeq(from.rcvNxt);
        s.peerShift(from.sndShift);
        s.congestionWindow(from.congestionWindow);
        s.duplicates(Math.min(from.duplicateAcks, MAX_DUPLICATES));
        s.recover(from.recover);
        s.received(from.rcvNxt);
        s.free(from.rcvFree);
        s.edge(from.rcvEdge);
        s.shift(from.rcvShift);
        s.buffer(from.rcvBuffer);
        s.tsRecent(from.tsRecent);
        s.lastAck(from.lastAckSent);
        s.mss(from.mss);
        s.delayed(from.delayedAckSegments);
        s.flags(flag(from.finQueued, ProtocolState.FIN_QUEUED)
            | flag(from.finSent, ProtocolState.FIN_SENT)
            | flag(from.finReceived, ProtocolState.FIN_RECEIVED)
            | flag(from.oooFin, ProtocolState.OOO_FIN)
            | flag(from.recovering, ProtocolState.RECOVERING)
            | flag(from.windowReduced, ProtocolState.CWR_PENDING)
            | flag(from.ecnEcho, ProtocolState.ECN_ECHO)
            | flag(from.closed, ProtocolState.CLOSED)
            | flag(from.timestamps, ProtocolState.TIMESTAMPS)
            | flag(from.sack, ProtocolState.SACK)
            | flag(from.ecn != TcpConnectionState.ECN_OFF, ProtocolState.ECN)
            | flag(from.ecn == TcpConnectionState.ECN_DCTCP, ProtocolState.ECN_DCTCP));
    }

    private static void installIntervals(ProtocolState s, TcpConnectionState from, int further) {
        s.oooStart(from.oooStart);
        s.oooLength(from.oooLength);
        for (int i = 0; i < further; i++) {
            s.further(i, from.furtherStarts[i], from.furtherLengths[i]);
        }
        s.furtherLimit(further);
        s.finSeq(from.oooFinSeq);
        s.littleEnd(from.littleEnd);
        s.gathering(gathering(from.nagle, from.corked));
    }

    private static int gathering(boolean nagle, boolean corked) {
        return flag(nagle, ProtocolState.NAGLE) | flag(corked, ProtocolState.CORKED);
    }

    @Override
    public void gather(int flow, boolean nagle, boolean corked) {
        try (OpenState open = states.open(flow)) {
            open.state(protocolState).gathering(gathering(nagle, corked));
        }
    }

    private static int flag(boolean on, int bit) {
        return on ? bit : 0;
    }

    @Override
    public void export(int flow, TcpConnectionState to) {
        try (OpenState open = states.open(flow)) {
            Preprocess.Peer peer = open.state(peerState);
            to.localAddress = peer.localAddress();
            to.peerAddress = peer.peerAddress();
            to.localPort = peer.localPort();
            to.peerPort = peer.peerPort();
            exportProtocol(open.state(protocolState), to);
            PostState s = open.state(postState);
            to.context = s.context();
            to.connection = s.connection();
            to.firstReceived = s.firstReceived();
            to.firstSent = s.firstSent();
        }
    }

    private static void exportProtocol(ProtocolState s, TcpConnectionState to) {
        to.sndUna = s.una();
        to.sndNxt = s.next();
        to.sndMax = s.max();
        to.sndReady = s.ready();
        to.sndWindow = s.peerWindow();
        to.sndWindowMost = s.peerWindowMax();
        to.littleEnd = s.littleEnd();
        to.sndShift = s.peerShift();
        to.congestionWindow = s.congestionWindow();
        to.duplicateAcks = s.duplicates();
        to.recover = s.recover();
        to.rcvNxt = s.received();
        to.rcvFree = s.free();
        to.rcvEdge = s.edge();
        to.rcvShift = s.shift();
        to.rcvBuffer = s.buffer();
        to.oooStart = s.oooStart();
        to.oooLength = s.oooLength();
        for (int i = 0; i < ProtocolState.FURTHER; i++) {
            to.furtherStarts[i] = s.furtherStart(i);
            to.furtherLengths[i] = s.furtherLength(i);
        }
        to.oooFinSeq = s.finSeq();
        to.tsRecent = s.tsRecent();
        to.lastAckSent = s.lastAck();
        to.mss = s.mss();
        to.delayedAckSegments = s.delayed();
        to.finQueued = s.has(ProtocolState.FIN_QUEUED);
        to.finSent = s.has(ProtocolState.FIN_SENT);
        to.finReceived = s.has(ProtocolState.FIN_RECEIVED);
        to.oooFin = s.has(ProtocolState.OOO_FIN);
        to.recovering = s.has(ProtocolState.RECOVERING);
        to.windowReduced = s.has(ProtocolState.CWR_PENDING);
        to.ecnEcho = s.has(ProtocolState.ECN_ECHO);
        to.closed = s.has(ProtocolState.CLOSED);
        to.nagle = (s.gathering() & ProtocolState.NAGLE) != 0;
        to.corked = (s.gathering() & ProtocolState.CORKED) != 0;
        to.timestamps = s.has(ProtocolState.TIMESTAMPS);
        to.sack = s.has(ProtocolState.SACK);
        to.ecn = !s.has(ProtocolState.ECN) ? TcpConnectionState.ECN_OFF
            : s.has(ProtocolState.ECN_DCTCP) ? TcpConnectionState.ECN_DCTCP : TcpConnectionState.ECN_CLASSIC;
    }

    @Override
    public void progress(int flow, TcpProgress to) {
        try (OpenState open = states.open(flow)) {
            ProtocolState s = open.state(protocolState);
            to.sndUna = s.una();
            to.sndNxt = s.next();
            to.sndMax = s.max();
            to.sndReady = s.ready();
            to.sndWindow = s.peerWindow();
            to.resending = s.resends();
            to.rcvNxt = s.received();
            to.ackPending = s.has(ProtocolState.ACK_PENDING);
            to.finOutstanding = s.finToSend() || s.has(ProtocolState.FIN_SENT) && s.una() != s.max();
            PostState p = open.state(postState);
            to.ackedBytes = p.ackedBytes();
            to.ecnBytes = p.ecnBytes();
            to.segmentsReceived = p.segments();
            to.rttSamples = p.rttSamples();
            to.rttSumUs = p.rttSumUs();
            to.retransmittedBytes = p.retransmittedBytes();
        }
    }

    @Override
    public void congestionWindow(int flow, int windowBytes) {
        try (OpenState open = states.open(flow)) {
            open.state(protocolState).congestionWindow(windowBytes);
        }
    }

    @Override
    public boolean resends() {
        return true;
    }

    @Override
    public void recover(int flow) {
        try (OpenState open = states.open(flow)) {
            ProtocolState s = open.state(protocolState);
            s.recover(s.max());
            s.set(ProtocolState.RECOVERING);
            s.duplicates(0);
            s.resendEnd(s.resendStart());
        }
    }

    @Override
    public void resend(int flow, int start, int end) {
        try (OpenState open = states.open(flow)) {
            ProtocolState s = open.state(protocolState);
            s.resendStart(start);
            s.resendEnd(end);
        }
    }

    @Override
    public void receiveBuffer(int flow, int bufferBytes) {
        try (OpenState open = states.open(flow)) {
            ProtocolState s = open.state(protocolState);
            s.free(s.free() + bufferBytes - s.buffer());
            s.buffer(bufferBytes);
        }
    }

    @Override
    public void rate(int flow, long bytesPerSecond) {
        long nsPerKiB = bytesPerSecond == 0 ? 0 : 1_024_000_000_000L / bytesPerSecond;
        try (OpenState open = states.open(flow)) {
            open.state(postState).pacing((int) Math.min(nsPerKiB, Integer.MAX_VALUE));
        }
    }

    @Override
    public void congestionWindowReduced(int flow) {
        try (OpenState open = states.open(flow)) {
            open.state(protocolState).set(ProtocolState.CWR_PENDING);
        }
    }

    @Override
    public void segmentSize(int flow, int mssBytes) {
        try (OpenState open = states.open(flow)) {
            open.state(protocolState).mss(mssBytes);
        }
    }
}
