package org.millrace.tcp.control.recovery;

import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.RttEstimator;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.wire.SequenceNumber;

/**
 * Loss recovery of one connection whose peer takes SACK: what is lost is found by RACK (RFC 8985 §6), sent again at the pace
 * of proportional rate reduction (RFC 9937), and a tail that is lost is probed for (RFC 8985 §7). After a timeout all that is
 * not known to be with the peer goes again, in slow start (RFC 6298 §5.4, RFC 5681 §3.1).
 *
 * <p>DESIGN NOTES. It sees a connection whenever an acknowledgement matters, not at each segment sent; so a segment's time of
 * sending is not kept. What was first known to be missing at a time was overtaken then, and its round trip had passed: the
 * reordering window counts from there. What is sent again is sent from here, and its time is known. At most one run is with
 * the data path to be sent again; the next is given at the next look.
 *
 * <p>Owned by: the data-path thread.
 */
public final class LossRecovery {
    /** How often to look whether the data path has sent again what it was given. */
    private static final long RESEND_GAP_NS = 50_000;
    private static final long US_NS = 1_000;
    /** How long a peer may hold back its only ACK (RFC 8985 §7.2). */
    private static final long DELAYED_ACK_NS = 200_000_000;
    /** Shorter than this a probe would often be sooner than a peer whose thread has to be woken; as with Linux. */
    private static final long LEAST_PROBE_NS = 2_000_000;

    /** Where a connection stands. */
    private enum Phase { OPEN, RECOVERY, LOSS }

    private final Scoreboard board = new Scoreboard();
    private final Reordering reordering = new Reordering();
    private final RateReduction reduction = new RateReduction();
    private Phase phase = Phase.OPEN;
    private int una;
    private int max;
    private int recoverPoint;
    private int budget;
    private int delivered;
    private int sackingAcks;
    private boolean unaMoved;

    private boolean undoable;
    private int resentBytes;
    private int needlessBytes;

    private long probeNs = Long.MAX_VALUE;
    private boolean probing;
    private boolean probeRepeats;
    private boolean probeDoubled;
    private int probeEnd;
    private int probeFlight;

    private int allowed;
    private int resendStart;
    private int resendEnd;
    private boolean resending;
    private boolean more;
    private boolean attentive;
    private boolean found;
    private boolean probed;

    /**
     * Begins.
     *
     * @param sndUna SND.UNA
     * @param sndMax highest sequence number sent
     */
    public LossRecovery(int sndUna, int sndMax) {
        una = sndUna;
        max = sndMax;
    }

    /** An acknowledgement with SACK blocks has come. Work is bounded by the scoreboard's. */
    public void sacked(TcpMeta meta, TcpProgress p, RttEstimator rtt, long nowNs) {
        acknowledged(p, rtt, nowNs);
        int count = meta.sacksReceived();
        if (p.sndNxt != p.sndMax) {
            return;
        }
        if (count == 0) { // RFC 8985 §7.4.2, case 2: the probe's, of a peer that knows no D-SACK
            probeDoubled |= una == probeEnd && meta.txBump() == 0 && !isAnswered(meta) && meta.ack() == probeEnd;
            return;
        }
        int before = board.delivered;
        boolean duplicate = isDuplicate(meta, count);
        if (duplicate) {
            duplicate(meta.receivedSackEnd(0) - meta.receivedSackStart(0));
        }
        int left = (1 << count) - (duplicate ? 2 : 1);
        while (left != 0) {
            int block = lowest(meta, left);
            int from = SequenceNumber.max(meta.receivedSackStart(block), una);
            int to = meta.receivedSackEnd(block);
            if (SequenceNumber.lessThan(from, to) && SequenceNumber.lessOrEqual(to, max)) {
                board.sack(from, to, una, rtt.leastUs() * US_NS, nowNs);
            }
            left &= ~(1 << block);
        }
        sackingAcks += board.delivered != before ? 1 : 0;
    }

    private static boolean isAnswered(TcpMeta meta) {
        return (meta.digest() & TcpProgram.DIGEST_ANSWERED) != 0;
    }

    /** The lowest of some blocks: what one acknowledgement tells of has not come out of its order. */
    private static int lowest(TcpMeta meta, int blocks) {
        int lowest = Integer.numberOfTrailingZeros(blocks);
        for (int i = lowest + 1; blocks >>> i != 0; i++) {
            boolean lower = SequenceNumber.lessThan(meta.receivedSackStart(i), meta.receivedSackStart(lowest));
            lowest = (blocks >>> i & 1) != 0 && lower ? i : lowest;
        }
        return lowest;
    }

    /** RFC 2883 §4, by the acknowledgement that the blocks came with: later ones may have moved SND.UNA. */
    private boolean isDuplicate(TcpMeta meta, int count) {
        int end = meta.receivedSackEnd(0);
        int acked = isAnswered(meta) ? una : meta.ack();
        boolean within = count > 1 && SequenceNumber.lessOrEqual(meta.receivedSackStart(1), meta.receivedSackStart(0))
            && SequenceNumber.lessOrEqual(end, meta.receivedSackEnd(1));
        return SequenceNumber.lessOrEqual(end, acked) || within;
    }

    private void duplicate(int bytes) {
        needlessBytes += Math.clamp(bytes, 0, Integer.MAX_VALUE / 4);
        probeDoubled = true;
        reordering.duplicate(una, max);
    }

    /** {@return whether {@link #sacked} learns anything from an acknowledgement} */
    public boolean heeds(TcpMeta meta) {
        return probing || meta.sacksReceived() != 0;
    }

    /** {@return bytes newly known to be with the peer since the last call}; begins a look. */
    public int delivered(TcpProgress p, RttEstimator rtt, long nowNs) {
        acknowledged(p, rtt, nowNs);
        resendEnd = resendStart;
        attentive = false;
        found = false;
        probed = false;
        delivered = board.delivered;
        if (board.overtaken + board.needless > 0) {
            reordering.seen();
        }
        needlessBytes += board.needless;
        board.delivered = 0;
        board.overtaken = 0;
        board.needless = 0;
        if (board.isEmpty()) {
            sackingAcks = 0;
        }
        return delivered;
    }

    /** {@return bytes taken for lost since the last call} */
    public int lost() {
        int lost = board.lost;
        board.lost = 0;
        return lost;
    }

    /** {@return bytes taken to be in the network} */
    public int inFlight() {
        return max - una - board.bytes(Scoreboard.SACKED) - board.bytes(Scoreboard.LOST);
    }

    private void acknowledged(TcpProgress p, RttEstimator rtt, long nowNs) {
        unaMoved |= p.sndUna != una;
        board.acknowledge(p.sndUna, una, rtt.leastUs() * US_NS, nowNs);
        una = p.sndUna;
        int sent = p.sndMax - max;
        max = p.sndMax;
        if (sent != 0) {
            reduction.sent(sent);
            budget -= sent;
            probeNs = Long.MAX_VALUE;
        }
    }

    /**
     * Concludes what is lost, and what the data path is to do about it.
     *
     * @param p          what the flow has come to
     * @param congestion the connection's policy, which is told
     * @param mss        bytes of a segment
     */
    public void decide(TcpProgress p, CongestionPolicy congestion, RttEstimator rtt, int mss, long nowNs) {
        more = false;
        resending = p.resending;
        if (p.sndNxt != p.sndMax) { // the data path goes back: nothing is selective about it
            board.clear();
            phase = Phase.OPEN;
            allowed = congestion.window();
            probeNs = Long.MAX_VALUE;
            probing = false;
            undoable = false;
            unaMoved = false;
            return;
        }
        boolean safe = unaMoved;
        leave(congestion);
        answered(congestion);
        int sacked = board.bytes(Scoreboard.SACKED);
        if (board.detect(reorderNs(sacked, mss, rtt), rtt.roundTripNs(), nowNs)) {
            safe = false;
        }
        int flight = max - una;
        if (phase == Phase.OPEN && board.firstLost() >= 0) {
            enter(congestion, flight - sacked + delivered);
        }
        int pipe = flight - sacked - board.bytes(Scoreboard.LOST);
        switch (phase) {
            case OPEN -> allowed = congestion.window() + sacked; // RFC 3042, and RFC 6675 §5 (C)
            case RECOVERY, LOSS -> {
                if (phase == Phase.LOSS || congestion.leadsRecovery()) {
                    budget = Math.max(congestion.window() - pipe, 0);
                } else if (delivered > 0 || found) {
                    budget = reduction.allowance(delivered, pipe, safe, mss);
                }
                sendAgain(mss, nowNs);
                allowed = flight + Math.max(board.firstLost() < 0 ? budget : 0, 0);
            }
        }
        tail(p, rtt, mss, nowNs);
        unaMoved = false;
    }

    private long reorderNs(int sacked, int mss, RttEstimator rtt) {
        return reordering.windowNs(phase != Phase.OPEN, sacked, sackingAcks, mss, rtt.leastUs() * US_NS, rtt.roundTripNs());
    }

    /** All that was sent before the loss has been acknowledged, or nothing was lost. */
    private void leave(CongestionPolicy congestion) {
        if (undoable && resentBytes > 0 && needlessBytes >= resentBytes && board.firstLost() < 0) {
            undoable = false;
            congestion.onSpuriousRetransmit();
            phase = phase == Phase.RECOVERY ? Phase.OPEN : phase;
        }
        if (phase != Phase.OPEN && SequenceNumber.greaterOrEqual(una, recoverPoint)) {
            phase = Phase.OPEN;
            sackingAcks = 0;
            reordering.recovered();
        }
    }

    private void enter(CongestionPolicy congestion, int flightBytes) {
        phase = Phase.RECOVERY;
        attentive = true;
        found = true;
        recoverPoint = max;
        undoable = true;
        resentBytes = 0;
        needlessBytes = 0;
        probing = false;
        congestion.onFastRetransmit(una, max);
        reduction.begin(flightBytes, congestion.window());
    }

    /** Gives the data path the first run that is lost, as much of it as may be sent. */
    private void sendAgain(int mss, long nowNs) {
        int run = board.firstLost();
        if (run < 0) {
            return;
        }
        int bytes = board.length(run);
        if (bytes > budget) {
            bytes = budget / mss * mss;
        }
        if (bytes <= 0 || resending) {
            return;
        }
        resendStart = board.start(run);
        resendEnd = resendStart + bytes;
        board.resent(run, bytes, max, nowNs);
        reduction.sent(bytes);
        budget -= bytes;
        resentBytes += bytes;
        more = board.firstLost() >= 0 && budget > 0;
    }

    /** RFC 8985 §7. */
    private void tail(TcpProgress p, RttEstimator rtt, int mss, long nowNs) {
        boolean idle = phase != Phase.OPEN || !board.isEmpty() || una == max || probing || p.sndWindow == 0
            || rtt.smoothedUs() < 0;
        if (idle) {
            probeNs = Long.MAX_VALUE;
        } else if (probeNs == Long.MAX_VALUE || unaMoved) {
            long wait = 2 * rtt.roundTripNs() + (max - una <= mss ? DELAYED_ACK_NS : 0);
            probeNs = nowNs + Math.max(wait, LEAST_PROBE_NS);
        } else if (nowNs >= probeNs) {
            probe(p, mss);
        }
    }

    /** RFC 8985 §7.4.2: whether the probe has repaired a loss, of which nothing else tells. */
    private void answered(CongestionPolicy congestion) {
        if (probing && SequenceNumber.greaterOrEqual(una, probeEnd)) {
            boolean open = probeRepeats && !probeDoubled;
            if (open && una != probeEnd) {
                congestion.onFastRetransmit(max - probeFlight, max); // case 3: what was in flight then is what is cut
            }
            probing = open && una == probeEnd;
            attentive |= probing; // the next acknowledgement that says nothing new is the probe's
        }
    }

    private void probe(TcpProgress p, int mss) {
        probeNs = Long.MAX_VALUE;
        probing = true;
        probed = true;
        probeDoubled = false;
        undoable = false; // what comes twice from here on is the probe
        int flight = max - una;
        probeFlight = flight;
        probeRepeats = p.sndReady == 0 || p.sndWindow - flight < Math.min(mss, p.sndReady);
        probeEnd = max;
        if (probeRepeats) {
            resendStart = SequenceNumber.max(una, max - mss);
            resendEnd = max;
            attentive = true;
        } else {
            allowed = Math.max(allowed, flight + mss);
        }
    }

    /** The retransmission timer has expired; after the policy has been told. */
    public void timeout(boolean repeated) {
        if (repeated || board.isReneged()) {
            board.clear(); // RFC 2018 §8
        }
        board.loseAll(una, max);
        phase = Phase.LOSS;
        recoverPoint = max;
        undoable = false;
        attentive = true;
        probing = false;
        reordering.recovered();
    }

    /** {@return bytes that may be in flight, from SND.UNA to SND.NXT, whatever has become of them} */
    public int allowed() {
        return allowed;
    }

    /** {@return whether the data path is to send something again} */
    public boolean hasResend() {
        return resendStart != resendEnd;
    }

    /** {@return the first sequence number to send again} */
    public int resendStart() {
        return resendStart;
    }

    /** {@return the one behind the last} */
    public int resendEnd() {
        return resendEnd;
    }

    /** {@return whether the data path is to tell of each acknowledgement from now on until all in flight is acknowledged} */
    public boolean isAttentive() {
        return attentive;
    }

    /** {@return whether a loss has been found by acknowledgements, and recovery has begun with this look} */
    public boolean hasFoundLoss() {
        return found;
    }

    /** {@return whether this look sends a tail loss probe} */
    public boolean isProbe() {
        return probed;
    }

    /** {@return how it stands, for a connection's line; empty if there is nothing to say} */
    public String text() {
        String state = phase == Phase.OPEN ? board.isEmpty() ? "" : " disorder" : phase == Phase.LOSS ? " loss" : " recovery";
        return state + (board.isEmpty() ? "" : " sacked=" + board.bytes(Scoreboard.SACKED) + " lost=" + board.bytes(Scoreboard.LOST))
            + (reordering.isSeen() ? " reordering" : "");
    }

    /** {@return when to look again, nanoseconds} */
    public long nextNs(RttEstimator rtt, int mss, long nowNs) {
        if (more || resending) {
            return resending ? nowNs + RESEND_GAP_NS : nowNs;
        }
        int sacked = board.bytes(Scoreboard.SACKED);
        return Math.min(probeNs, board.isEmpty() ? Long.MAX_VALUE
            : board.nextNs(reorderNs(sacked, mss, rtt), rtt.roundTripNs()));
    }
}
