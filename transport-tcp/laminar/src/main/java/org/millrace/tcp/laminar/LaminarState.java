package org.millrace.tcp.laminar;

import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.laminar.receive.AdvertisedEdge;
import org.millrace.tcp.laminar.receive.CongestionEcho;
import org.millrace.tcp.laminar.receive.DelayedAck;
import org.millrace.tcp.laminar.receive.OooHead;
import org.millrace.tcp.laminar.receive.OooTail;
import org.millrace.tcp.laminar.receive.Readable;
import org.millrace.tcp.laminar.receive.ReceiveWindow;
import org.millrace.tcp.laminar.receive.RecentTimestamp;
import org.millrace.tcp.laminar.receive.SequenceCheck;
import org.millrace.tcp.laminar.receive.StreamEnd;
import org.millrace.tcp.laminar.segment.Connection;
import org.millrace.tcp.laminar.segment.ConnectionMatch;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.transmit.AckedBytes;
import org.millrace.tcp.laminar.transmit.Credits;
import org.millrace.tcp.laminar.transmit.DuplicateAcks;
import org.millrace.tcp.laminar.transmit.FinSent;
import org.millrace.tcp.laminar.transmit.Grants;
import org.millrace.tcp.laminar.transmit.NextAck;
import org.millrace.tcp.laminar.transmit.ReducedWindow;
import org.millrace.tcp.laminar.transmit.RemoteEdge;
import org.millrace.tcp.laminar.transmit.RoundTrip;
import org.millrace.tcp.laminar.transmit.SegmentCounts;
import org.millrace.tcp.laminar.transmit.TransmitHeads;

/**
 * The control plane's way to the registers: a connection's state, spread over the tables or collected from them.
 *
 * <p>Owned by: the data-path thread, between items.
 */
final class LaminarState {
    private static final int LARGEST_FIELD = 0xffff;

    private final StateTables tables;
    private final TransmitHeads heads;
    private final Grants grants;

    private final Slot<Connection> connection = new Slot<>(new ConnectionMatch());
    private final Slot<RecentTimestamp.Register> timestamp = new Slot<>(new RecentTimestamp());
    private final Slot<SequenceCheck.Register> sequence = new Slot<>(new SequenceCheck());
    private final Slot<NextAck.Register> nextAck = new Slot<>(new NextAck());
    private final Slot<ReceiveWindow.Register> window = new Slot<>(new ReceiveWindow());
    private final Slot<OooTail.Register> tail = new Slot<>(new OooTail());
    private final Slot<OooHead.Register> head = new Slot<>(new OooHead());
    private final Slot<StreamEnd.Register> end = new Slot<>(new StreamEnd());
    private final Slot<Readable.Register> readable = new Slot<>(new Readable());
    private final Slot<AdvertisedEdge.Register> advertised = new Slot<>(new AdvertisedEdge());
    private final Slot<CongestionEcho.Register> echo = new Slot<>(new CongestionEcho());
    private final Slot<RemoteEdge.Register> remote = new Slot<>(new RemoteEdge());
    private final Slot<DuplicateAcks.Register> duplicates = new Slot<>(new DuplicateAcks());
    private final Slot<FinSent.Register> fin = new Slot<>(new FinSent());
    private final Slot<Credits.Register> credits = new Slot<>(new Credits());
    private final Slot<ReducedWindow.Register> reduced = new Slot<>(new ReducedWindow());
    private final Slot<RoundTrip.Register> roundTrip = new Slot<>(new RoundTrip());
    private final Slot<AckedBytes.Register> acked = new Slot<>(new AckedBytes());
    private final Slot<SegmentCounts.Register> counts = new Slot<>(new SegmentCounts());

    /** Null if the program holds no acknowledgement back. */
    private final Slot<DelayedAck.Register> delayed;

    LaminarState(StateTables tables, TransmitHeads heads, Grants grants, LaminarOptions options) {
        this.tables = tables;
        this.heads = heads;
        this.grants = grants;
        delayed = options.delayedAck() ? new Slot<>(new DelayedAck()) : null;
    }

    /** A stage's table, and a view to move over it. */
    private final class Slot<S extends State> {
        private final Stage<?, S> stage;
        private final S view;

        Slot(Stage<?, S> stage) {
            this.stage = stage;
            view = stage.spec().state().get();
        }

        S at(int flow) {
            return tables.seek(stage, view, flow);
        }
    }

    void install(int flow, TcpConnectionState from) {
        installTable(flow, from);
        installReceiver(flow, from);
        installSender(flow, from);
    }

    private void installTable(int flow, TcpConnectionState from) {
        Connection c = connection.at(flow);
        c.localAddress(from.localAddress);
        c.peerAddress(from.peerAddress);
        c.localPort(from.localPort);
        c.peerPort(from.peerPort);
        c.context(from.context);
        c.connection(from.connection);
        c.firstReceived(from.firstReceived);
        c.firstSent(from.firstSent);
        c.receiveBytes(from.rcvBuffer);
        c.peerShift(from.sndShift);
        c.shift(from.rcvShift);
        c.windowMost(LARGEST_FIELD << from.rcvShift);
        c.delayed(from.delayedAckSegments);
        c.features((from.timestamps ? LaminarMeta.TIMESTAMPS : 0)
            | (from.ecn != TcpConnectionState.ECN_OFF ? LaminarMeta.ECN : 0)
            | (from.ecn == TcpConnectionState.ECN_DCTCP ? LaminarMeta.DCTCP : 0)
            | (from.sack ? LaminarMeta.SACK : 0));
        mss(c, from.mss);
    }

    void place(int flow, int context, int id) {
        Connection c = connection.at(flow);
        c.context(context);
        c.connection(id);
    }

    private static void mss(Connection c, int mss) {
        c.mss(mss);
        c.windowStep(Math.min(2 * mss, c.receiveBytes() / 2));                  // RFC 9293 §3.8.6.2.2
        c.windowQuarter(Math.max(Math.min(c.receiveBytes(), c.windowMost()) / 4, c.windowStep()));
    }

    private void installReceiver(int flow, TcpConnectionState from) {
        timestamp.at(flow).recent(from.tsRecent);
        ReceiveWindow.Register w = window.at(flow);
        w.next(from.rcvNxt);
        w.edge(from.rcvNxt + from.rcvFree - (from.finReceived ? 1 : 0));
        sequence.at(flow).edge(w.edge());
        int off = from.oooLength == 0 ? 0 : from.oooStart - from.rcvNxt;
        head.at(flow).head(off);
        tail.at(flow).tail(from.oooLength == 0 ? 0 : off + from.oooLength);
        end.at(flow).install(from.closed, from.finReceived, from.rcvNxt);
        readable.at(flow).told(from.rcvNxt);
        advertised.at(flow).edge(from.rcvEdge);
        echo.at(flow).echo(from.ecnEcho ? 1 : 0);
    }

    private void installSender(int flow, TcpConnectionState from) {
        NextAck.Register a = nextAck.at(flow);
        a.una(from.sndUna);
        a.max(from.sndMax);
        RemoteEdge.Register r = remote.at(flow);
        r.edge(from.sndUna + from.sndWindow);
        r.setBy(from.rcvNxt);
        DuplicateAcks.Register d = duplicates.at(flow);
        d.count(from.duplicateAcks);
        d.recover(from.recovering ? from.recover : from.sndUna);
        fin.at(flow).end(from.sndMax);
        fin.at(flow).sent(from.finSent ? 1 : 0);
        boolean behindFin = from.finSent && from.sndNxt == from.sndMax;
        if (grants != null) {
            grants.install(flow, from);
        }
        heads.install(flow, from.sndNxt, from.sndMax, from.sndNxt + from.sndReady - (behindFin ? 1 : 0), from.finQueued,
            from.mss);
        heads.window(flow, from.sndUna, from.sndUna + from.sndWindow);
        credits(flow, from.congestionWindow);
        reduced.at(flow).pending(from.windowReduced ? 1 : 0);
    }

    /** An interval that is only not merged yet, for want of its pseudo segment, is exported merged. */
    void export(int flow, TcpConnectionState to) {
        Connection c = connection.at(flow);
        to.localAddress = c.localAddress();
        to.peerAddress = c.peerAddress();
        to.localPort = c.localPort();
        to.peerPort = c.peerPort();
        to.context = c.context();
        to.connection = c.connection();
        to.firstReceived = c.firstReceived();
        to.firstSent = c.firstSent();
        to.rcvBuffer = c.receiveBytes();
        to.sndShift = c.peerShift();
        to.rcvShift = c.shift();
        to.mss = c.mss();
        to.delayedAckSegments = c.delayed();
        to.timestamps = (c.features() & LaminarMeta.TIMESTAMPS) != 0;
        to.sack = (c.features() & LaminarMeta.SACK) != 0;
        to.ecn = (c.features() & LaminarMeta.ECN) == 0 ? TcpConnectionState.ECN_OFF
            : (c.features() & LaminarMeta.DCTCP) != 0 ? TcpConnectionState.ECN_DCTCP : TcpConnectionState.ECN_CLASSIC;
        exportReceiver(flow, to);
        exportSender(flow, to);
    }

    private void exportReceiver(int flow, TcpConnectionState to) {
        to.finReceived = end.at(flow).hasFin();
        to.closed = end.at(flow).isClosed();
        ReceiveWindow.Register w = window.at(flow);
        int start = head.at(flow).head();
        int stop = tail.at(flow).tail();
        to.rcvNxt = start == 0 ? w.next() + stop : w.next();
        to.rcvFree = w.edge() - to.rcvNxt + (to.finReceived ? 1 : 0);
        to.oooStart = w.next() + start;
        to.oooLength = start == 0 ? 0 : stop - start;
        to.oooFin = false;
        to.rcvEdge = to.rcvNxt + Math.clamp(advertised.at(flow).edge() - to.rcvNxt, 0, connection.at(flow).windowMost());
        to.tsRecent = timestamp.at(flow).recent();
        to.lastAckSent = to.rcvNxt;
        to.ecnEcho = echo.at(flow).echo() != 0;
    }

    private void exportSender(int flow, TcpConnectionState to) {
        NextAck.Register a = nextAck.at(flow);
        to.sndUna = a.una();
        to.sndMax = a.max();
        to.sndNxt = sent(heads.next(flow), a);
        to.sndReady = heads.ready(flow, to.sndNxt);
        to.sndWindow = Math.max(remote.at(flow).edge() - to.sndUna, 0);
        to.congestionWindow = credits.at(flow).credits();
        to.windowReduced = reduced.at(flow).pending() != 0;
        DuplicateAcks.Register d = duplicates.at(flow);
        to.recover = d.recover();
        to.recovering = d.recover() - to.sndUna > 0;
        to.duplicateAcks = d.count();
        to.finQueued = heads.finQueued(flow);
        to.finSent = fin.at(flow).sent() != 0;
    }

    /** What was pushed and then dropped by a register was not sent; what is acknowledged is not sent again. */
    private static int sent(int next, NextAck.Register a) {
        return next - a.max() > 0 ? a.max() : a.una() - next > 0 ? a.una() : next;
    }

    void progress(int flow, TcpProgress to) {
        NextAck.Register a = nextAck.at(flow);
        to.sndUna = a.una();
        to.sndMax = a.max();
        to.sndNxt = heads.next(flow);
        to.sndReady = heads.ready(flow);
        to.sndWindow = Math.max(remote.at(flow).edge() - to.sndUna, 0);
        to.rcvNxt = window.at(flow).next();
        to.ackPending = delayed != null && delayed.at(flow).held() != 0;
        to.finOutstanding = heads.finToSend(flow) || fin.at(flow).sent() != 0 && to.sndUna != to.sndMax;
        AckedBytes.Register b = acked.at(flow);
        to.ackedBytes = b.acked();
        to.ecnBytes = b.marked();
        RoundTrip.Register r = roundTrip.at(flow);
        to.rttSamples = r.samples();
        to.rttSumUs = r.sumUs();
        SegmentCounts.Register s = counts.at(flow);
        to.segmentsReceived = s.received();
        to.retransmittedBytes = s.repeated();
    }

    void credits(int flow, int bytes) {
        credits.at(flow).credits(bytes);
        heads.credits(flow, bytes);
    }

    void receiveBuffer(int flow, int bytes) {
        Connection c = connection.at(flow);
        ReceiveWindow.Register w = window.at(flow);
        w.edge(w.edge() + bytes - c.receiveBytes());
        sequence.at(flow).edge(w.edge());
        c.receiveBytes(bytes);
        mss(c, c.mss());
    }

    void windowReduced(int flow) {
        reduced.at(flow).pending(1);
    }

    void segmentSize(int flow, int mssBytes) {
        mss(connection.at(flow), mssBytes);
        heads.segmentBytes(flow, mssBytes);
    }
}
