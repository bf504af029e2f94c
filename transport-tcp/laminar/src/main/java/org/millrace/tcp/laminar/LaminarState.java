package org.millrace.tcp.laminar;

import java.util.Arrays;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.StateHandle;
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

    private final StateHandle<Connection> connection;
    private final StateHandle<RecentTimestamp.Register> timestamp;
    private final StateHandle<SequenceCheck.Register> sequence;
    private final StateHandle<NextAck.Register> nextAck;
    private final StateHandle<ReceiveWindow.Register> window;
    private final StateHandle<OooTail.Register> tail;
    private final StateHandle<OooHead.Register> head;
    private final StateHandle<StreamEnd.Register> end;
    private final StateHandle<Readable.Register> readable;
    private final StateHandle<AdvertisedEdge.Register> advertised;
    private final StateHandle<CongestionEcho.Register> echo;
    private final StateHandle<RemoteEdge.Register> remote;
    private final StateHandle<DuplicateAcks.Register> duplicates;
    private final StateHandle<FinSent.Register> fin;
    private final StateHandle<Credits.Register> credits;
    private final StateHandle<ReducedWindow.Register> reduced;
    private final StateHandle<RoundTrip.Register> roundTrip;
    private final StateHandle<AckedBytes.Register> acked;
    private final StateHandle<SegmentCounts.Register> counts;

    /** Null if the program holds no acknowledgement back. */
    private final StateHandle<DelayedAck.Register> delayed;

    LaminarState(StateTables tables, TransmitHeads heads, Grants grants, LaminarOptions options) {
        this.tables = tables;
        this.heads = heads;
        this.grants = grants;
        connection = tables.handle(new ConnectionMatch());
        timestamp = tables.handle(new RecentTimestamp());
        sequence = tables.handle(new SequenceCheck());
        nextAck = tables.handle(new NextAck());
        window = tables.handle(new ReceiveWindow());
        tail = tables.handle(new OooTail());
        head = tables.handle(new OooHead());
        end = tables.handle(new StreamEnd());
        readable = tables.handle(new Readable());
        advertised = tables.handle(new AdvertisedEdge());
        echo = tables.handle(new CongestionEcho());
        remote = tables.handle(new RemoteEdge());
        duplicates = tables.handle(new DuplicateAcks());
        fin = tables.handle(new FinSent());
        credits = tables.handle(new Credits());
        reduced = tables.handle(new ReducedWindow());
        roundTrip = tables.handle(new RoundTrip());
        acked = tables.handle(new AckedBytes());
        counts = tables.handle(new SegmentCounts());
        delayed = options.delayedAck() ? tables.handle(new DelayedAck()) : null;
    }

    void install(int flow, TcpConnectionState from) {
        try (OpenState open = tables.open(flow)) {
            installTable(open, flow, from);
            installReceiver(open, flow, from);
            installSender(open, flow, from);
        }
    }

    private void installTable(OpenState open, int flow, TcpConnectionState from) {
        Connection c = open.state(connection);
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
        try (OpenState open = tables.open(flow)) {
            Connection c = open.state(connection);
            c.context(context);
            c.connection(id);
        }
    }

    private static void mss(Connection c, int mss) {
        c.mss(mss);
        c.windowStep(Math.min(2 * mss, c.receiveBytes() / 2));                  // RFC 9293 §3.8.6.2.2
        c.windowQuarter(Math.max(Math.min(c.receiveBytes(), c.windowMost()) / 4, c.windowStep()));
    }

    private void installReceiver(OpenState open, int flow, TcpConnectionState from) {
        open.state(timestamp).recent(from.tsRecent);
        ReceiveWindow.Register w = open.state(window);
        w.next(from.rcvNxt);
        w.edge(from.rcvNxt + from.rcvFree - (from.finReceived ? 1 : 0));
        open.state(sequence).edge(w.edge());
        int off = from.oooLength == 0 ? 0 : from.oooStart - from.rcvNxt;
        open.state(head).head(off);
        open.state(tail).tail(from.oooLength == 0 ? 0 : off + from.oooLength);
        open.state(end).install(from.closed, from.finReceived, from.rcvNxt);
        open.state(readable).told(from.rcvNxt);
        open.state(advertised).edge(from.rcvEdge);
        open.state(echo).echo(from.ecnEcho ? 1 : 0);
    }

    private void installSender(OpenState open, int flow, TcpConnectionState from) {
        NextAck.Register a = open.state(nextAck);
        a.una(from.sndUna);
        a.max(from.sndMax);
        RemoteEdge.Register r = open.state(remote);
        r.edge(from.sndUna + from.sndWindow);
        r.setBy(from.rcvNxt);
        DuplicateAcks.Register d = open.state(duplicates);
        d.count(from.duplicateAcks);
        d.recover(from.recovering ? from.recover + 1 : from.sndUna);
        open.state(fin).end(from.sndMax);
        open.state(fin).sent(from.finSent ? 1 : 0);
        boolean behindFin = from.finSent && from.sndNxt == from.sndMax;
        if (grants != null) {
            grants.install(flow, from);
        }
        heads.install(flow, from.sndNxt, from.sndMax, from.sndNxt + from.sndReady - (behindFin ? 1 : 0), from.finQueued,
            from.mss);
        heads.gather(flow, from.nagle, from.corked);
        heads.past(flow, from.sndWindowMost, from.littleEnd);
        heads.window(flow, from.sndUna, from.sndUna + from.sndWindow);
        credits(open, flow, from.congestionWindow);
        open.state(reduced).pending(from.windowReduced ? 1 : 0);
    }

    /** An interval that is only not merged yet, for want of its pseudo segment, is exported merged. */
    void export(int flow, TcpConnectionState to) {
        try (OpenState open = tables.open(flow)) {
            Connection c = open.state(connection);
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
            exportReceiver(open, flow, to);
            exportSender(open, flow, to);
        }
    }

    private void exportReceiver(OpenState open, int flow, TcpConnectionState to) {
        to.finReceived = open.state(end).hasFin();
        to.closed = open.state(end).isClosed();
        ReceiveWindow.Register w = open.state(window);
        int start = open.state(head).head();
        int stop = open.state(tail).tail();
        to.rcvNxt = start == 0 ? w.next() + stop : w.next();
        to.rcvFree = w.edge() - to.rcvNxt + (to.finReceived ? 1 : 0);
        to.oooStart = w.next() + start;
        to.oooLength = start == 0 ? 0 : stop - start;
        Arrays.fill(to.furtherLengths, 0);
        to.oooFin = false;
        to.rcvEdge = to.rcvNxt + Math.clamp(open.state(advertised).edge() - to.rcvNxt, 0, open.state(connection).windowMost());
        to.tsRecent = open.state(timestamp).recent();
        to.lastAckSent = to.rcvNxt;
        to.ecnEcho = open.state(echo).echo() != 0;
    }

    private void exportSender(OpenState open, int flow, TcpConnectionState to) {
        NextAck.Register a = open.state(nextAck);
        to.sndUna = a.una();
        to.sndMax = a.max();
        to.sndNxt = sent(heads.next(flow), a);
        to.sndReady = heads.ready(flow, to.sndNxt);
        to.sndWindow = Math.max(open.state(remote).edge() - to.sndUna, 0);
        to.congestionWindow = open.state(credits).credits();
        to.windowReduced = open.state(reduced).pending() != 0;
        DuplicateAcks.Register d = open.state(duplicates);
        to.recovering = d.recover() - to.sndUna > 0;
        to.recover = to.recovering ? d.recover() - 1 : to.sndUna;
        to.duplicateAcks = d.count();
        to.sndWindowMost = heads.offered(flow);
        to.littleEnd = heads.littleEnd(flow);
        to.nagle = heads.isNagle(flow);
        to.corked = heads.isCorked(flow);
        to.finQueued = heads.finQueued(flow);
        to.finSent = open.state(fin).sent() != 0;
    }

    /** What was pushed and then dropped by a register was not sent; what is acknowledged is not sent again. */
    private static int sent(int next, NextAck.Register a) {
        return next - a.max() > 0 ? a.max() : a.una() - next > 0 ? a.una() : next;
    }

    void progress(int flow, TcpProgress to) {
        try (OpenState open = tables.open(flow)) {
            NextAck.Register a = open.state(nextAck);
            to.sndUna = a.una();
            to.sndMax = a.max();
            to.sndNxt = heads.next(flow);
            to.sndReady = heads.ready(flow);
            to.sndWindow = Math.max(open.state(remote).edge() - to.sndUna, 0);
            to.rcvNxt = open.state(window).next();
            to.ackPending = delayed != null && open.state(delayed).held() != 0;
            to.finOutstanding = heads.finToSend(flow) || open.state(fin).sent() != 0 && to.sndUna != to.sndMax;
            AckedBytes.Register b = open.state(acked);
            to.ackedBytes = b.acked();
            to.ecnBytes = b.marked();
            RoundTrip.Register r = open.state(roundTrip);
            to.rttSamples = r.samples();
            to.rttSumUs = r.sumUs();
            SegmentCounts.Register s = open.state(counts);
            to.segmentsReceived = s.received();
            to.retransmittedBytes = s.repeated();
        }
    }

    private void credits(OpenState open, int flow, int bytes) {
        open.state(credits).credits(bytes);
        heads.credits(flow, bytes);
    }

    /** Lets so much be in flight, and grants libTOE what that allows. */
    void congestionWindow(int flow, int bytes) {
        try (OpenState open = tables.open(flow)) {
            credits(open, flow, bytes);
            heads.grant(flow);
        }
    }

    void pacing(int flow, int nsPerKiB) {
        try (OpenState _ = tables.open(flow)) {
            heads.pacing(flow, nsPerKiB);
        }
    }

    void receiveBuffer(int flow, int bytes) {
        try (OpenState open = tables.open(flow)) {
            Connection c = open.state(connection);
            ReceiveWindow.Register w = open.state(window);
            w.edge(w.edge() + bytes - c.receiveBytes());
            open.state(sequence).edge(w.edge());
            c.receiveBytes(bytes);
            mss(c, c.mss());
        }
    }

    void windowReduced(int flow) {
        try (OpenState open = tables.open(flow)) {
            open.state(reduced).pending(1);
        }
    }

    void segmentSize(int flow, int mssBytes) {
        try (OpenState open = tables.open(flow)) {
            mss(open.state(connection), mssBytes);
            heads.segmentBytes(flow, mssBytes);
        }
    }
}
