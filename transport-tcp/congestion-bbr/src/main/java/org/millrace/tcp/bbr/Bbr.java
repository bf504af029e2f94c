package org.millrace.tcp.bbr;

import java.io.IOException;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.Delivery;
import org.millrace.tcp.control.congestion.DeliveryRate;
import org.millrace.tcp.control.format.Fields;

/**
 * BBR version 3, draft-ietf-ccwg-bbr: sends at the bandwidth that the path has shown, with as much in flight as fills it, and asks for more at
 * times.
 *
 * <p>DESIGN NOTES. It sees a connection some times a round trip and not with each segment, so what the draft does for a segment it does for all
 * of a look. A recovery begins without the round trip of packet conservation that the draft has. Which of a range the draft would pick at random comes
 * from a hash of the time.
 */
final class Bbr implements CongestionPolicy {
    private static final double PACING_MARGIN = 0.99;
    private static final double FULL_GROWTH = 1.25;
    private static final int FULL_ROUNDS = 3;
    private static final double LOSS_THRESHOLD = 0.02;
    /** Looks with losses in a round of startup; the draft counts ranges of sequence numbers. */
    private static final int STARTUP_LOSSES = 6;
    private static final int MIN_SEGMENTS = 4;
    private static final long SECOND_NS = 1_000_000_000;
    private static final long MIN_RTT_WINDOW_NS = 10 * SECOND_NS;
    private static final long PROBE_RTT_INTERVAL_NS = 5 * SECOND_NS;
    private static final long PROBE_RTT_NS = 200_000_000;
    private static final long LEAST_WAIT_NS = 2 * SECOND_NS;
    private static final int RENO_ROUNDS = 63;
    private static final int MOST_QUANTUM_BYTES = 64 << 10;
    private static final long NO_TIME = Long.MIN_VALUE / 2;

    private final int initialWindow;
    private final int maxWindow;
    private final DeliveryRate rate = new DeliveryRate();
    private final Bounds bounds = new Bounds();
    private final ExtraAcked extra = new ExtraAcked();
    private int mss;
    private Phase phase = Phase.STARTUP;
    private long window;
    private long priorWindow;
    private long pacingRate;

    /** Greatest bandwidth of this cycle of probing and of the one before. */
    private final long[] bandwidths = new long[2];
    private long minRttUs = Long.MAX_VALUE;
    private long minRttNs = NO_TIME;
    private long probedRttUs = Long.MAX_VALUE;
    private long probedRttNs = NO_TIME;

    private long roundEnd;
    private boolean isRound;
    private int roundsSinceProbe;

    private boolean isFull;
    private boolean isFullNow;
    private long fullBandwidth;
    private int fullRounds;
    private int lossLooks;
    private long lostAtRound;
    private long deliveredAtRound;

    private long cycleNs;
    private long waitNs;
    private boolean isJudging;
    private boolean hasStoppedProbing;
    private long rttDoneNs;
    private boolean rttRoundDone;
    private boolean isRestarting;
    private boolean lossTold;

    Bbr(int mss, int initialWindow, int maxWindow) {
        this.mss = mss;
        this.initialWindow = initialWindow;
        this.maxWindow = Math.max(maxWindow, initialWindow);
        window = initialWindow;
        pacingRate = (long) (Phase.STARTUP.pacingGain * initialWindow * 1_000); // of a round trip of 1 ms, until one is known
    }

    @Override
    public String name() {
        return "plug-in:bbr";
    }

    @Override
    public int window() {
        return (int) Math.min(window, maxWindow);
    }

    @Override
    public long rate() {
        return pacingRate;
    }

    @Override
    public int slowStartThreshold() {
        return isFull ? window() : Integer.MAX_VALUE;
    }

    Phase phase() {
        return phase;
    }

    /** {@return bytes a second that the path is believed to have} */
    long bandwidth() {
        return Math.min(greatest(), bounds.lowBandwidth);
    }

    long minRttUs() {
        return minRttUs;
    }

    /** {@return bytes in flight that the path is believed to bear} */
    long highInFlight() {
        return bounds.highInFlight;
    }

    private long greatest() {
        return Math.max(bandwidths[0], bandwidths[1]);
    }

    @Override
    public boolean onAcked(int ackedBytes, int ecnBytes, int una, int max, long nowNs) {
        return false; // all is in what has been delivered
    }

    @Override
    public void onDelivery(Delivery d) {
        boolean isSample = rate.look(d, minRttUs == Long.MAX_VALUE ? 0 : minRttUs * 1_000);
        boolean isRttExpired = d.nowNs > probedRttNs + PROBE_RTT_INTERVAL_NS && probedRttNs != NO_TIME;
        lossLooks += d.lostBytes > 0 ? 1 : 0;
        isRound = false;
        if (isSample) {
            model(d);
        }
        roundTrip(d, isRttExpired);
        probeRoundTrip(d, isRttExpired);
        if (isRound) {
            lossLooks = 0;
            lostAtRound = rate.lost();
            deliveredAtRound = rate.delivered();
        }
        control(d);
    }

    /** BBRUpdateModelAndState, §5.2.3. */
    private void model(Delivery d) {
        if (rate.priorDelivered() >= roundEnd) {
            beginRound();
            isRound = true;
            roundsSinceProbe++;
        }
        boolean hasLost = d.lostBytes > 0 || lossTold;
        lossTold = false;
        if (rate.bytesPerSecond() >= greatest() || !rate.isSampleLimited()) {
            bandwidths[0] = Math.max(bandwidths[0], rate.bytesPerSecond());
        }
        bounds.sample(rate, phase.isProbing(), hasLost, greatest(), window);
        extra.acked(d.ackedBytes, bandwidth(), window, isRound, d.nowNs);
        checkFull();
        if (phase == Phase.STARTUP) {
            checkStartupLoss();
            if (isFull) {
                phase = Phase.DRAIN;
            }
        } else if (phase == Phase.DRAIN && d.inFlightBytes <= inFlight(1)) {
            down(d.nowNs);
        }
        cycle(d);
    }

    private void beginRound() {
        roundEnd = rate.delivered();
    }

    /** §5.3.1.2: bandwidth has stopped to grow. */
    private void checkFull() {
        if (isFullNow || !isRound || rate.isSampleLimited()) {
            return;
        }
        if (rate.bytesPerSecond() >= fullBandwidth * FULL_GROWTH) {
            resetFull(rate.bytesPerSecond());
            return;
        }
        fullRounds++;
        isFullNow = fullRounds >= FULL_ROUNDS;
        isFull |= isFullNow;
    }

    private void resetFull(long bandwidth) {
        fullBandwidth = bandwidth;
        fullRounds = 0;
        isFullNow = false;
    }

    /** §5.3.1.3. */
    private void checkStartupLoss() {
        long lost = rate.lost() - lostAtRound;
        long delivered = rate.delivered() - deliveredAtRound;
        if (isRound && lossLooks >= STARTUP_LOSSES && lost > (lost + delivered) * LOSS_THRESHOLD) {
            isFull = true;
            bounds.full(bdp(1));
        }
    }

    /** The cycle of ProbeBW, §5.3.3. */
    private void cycle(Delivery d) {
        if (!isFull) {
            return;
        }
        upperBounds(d);
        switch (phase) {
            case DOWN -> {
                if (!isTimeToProbe(d.nowNs) && d.inFlightBytes <= Math.min(bounds.withHeadroom(mss, least()), inFlight(1))) {
                    phase = Phase.CRUISE;
                }
            }
            case CRUISE -> isTimeToProbe(d.nowNs);
            case REFILL -> {
                if (isRound) {
                    isJudging = true;
                    phase = Phase.UP;
                    cycleNs = d.nowNs;
                    beginRound();
                    resetFull(rate.bytesPerSecond());
                    bounds.beginUp(window, mss);
                }
            }
            case UP -> {
                if (isWindowLimited(d) && window >= bounds.highInFlight) {
                    resetFull(rate.bytesPerSecond());
                } else if (isFullNow) {
                    down(d.nowNs);
                }
            }
            default -> {
            }
        }
    }

    private boolean isWindowLimited(Delivery d) {
        return d.inFlightBytes + d.ackedBytes + mss > window;
    }

    private boolean isTimeToProbe(long nowNs) {
        long target = Math.min(bdp(1), window) / mss;
        boolean due = nowNs > cycleNs + waitNs || roundsSinceProbe >= Math.min(target, RENO_ROUNDS);
        if (due) {
            bounds.resetLow();
            phase = Phase.REFILL;
            beginRound();
        }
        return due;
    }

    private void down(long nowNs) {
        bounds.resetSignals();
        long dice = (nowNs ^ nowNs >>> 29) * 0x9e37_79b9_7f4a_7c15L >>> 32;
        roundsSinceProbe = (int) (dice & 1);
        waitNs = LEAST_WAIT_NS + (dice >>> 1) * SECOND_NS / Integer.MAX_VALUE;
        cycleNs = nowNs;
        hasStoppedProbing = true;
        phase = Phase.DOWN;
        beginRound();
    }

    /** BBRAdaptLongTermModel, §5.3.3.6. */
    private void upperBounds(Delivery d) {
        if (hasStoppedProbing && isRound) {
            hasStoppedProbing = false;
            isJudging = false;
            if (phase.isProbeBandwidth() && !rate.isSampleLimited()) {
                bandwidths[1] = bandwidths[0];
                bandwidths[0] = 0;
            }
        }
        if (rate.sampleLost() > rate.sampleInFlight() * LOSS_THRESHOLD) {
            if (isJudging) {
                tooMuch(d.nowNs);
            }
        } else if (bounds.highInFlight != Bounds.NONE) {
            bounds.borne(rate.sampleInFlight());
            if (phase == Phase.UP && isWindowLimited(d) && window >= bounds.highInFlight) {
                bounds.up(d.ackedBytes, isRound, window, mss);
            }
        }
    }

    /** BBRHandleInflightTooHigh, §5.5.10.2: once each time more was asked for. */
    private void tooMuch(long nowNs) {
        isJudging = false;
        if (!rate.isSampleLimited()) {
            bounds.tooMuch(rate.sampleInFlight(), Math.min(bdp(1), window));
        }
        if (phase == Phase.UP) {
            down(nowNs);
        }
    }

    /** BBRUpdateMinRTT, §5.3.4.3. */
    private void roundTrip(Delivery d, boolean isExpired) {
        if (d.roundTripUs >= 0 && (d.roundTripUs < probedRttUs || isExpired)) {
            probedRttUs = d.roundTripUs;
            probedRttNs = d.nowNs;
        }
        if (probedRttUs < minRttUs || d.nowNs > minRttNs + MIN_RTT_WINDOW_NS) {
            boolean isFirst = minRttUs == Long.MAX_VALUE && probedRttUs != Long.MAX_VALUE;
            minRttUs = probedRttUs;
            minRttNs = probedRttNs;
            if (isFirst && !isFull) {
                pacingRate = (long) (Phase.STARTUP.pacingGain * initialWindow * 1e6 / Math.max(minRttUs, 1));
            }
        }
    }

    /** BBRCheckProbeRTT, §5.3.4.4. */
    private void probeRoundTrip(Delivery d, boolean isExpired) {
        if (phase != Phase.PROBE_RTT && isExpired && !isRestarting) {
            phase = Phase.PROBE_RTT;
            priorWindow = window;
            rttDoneNs = 0;
            hasStoppedProbing = true;
            beginRound();
        }
        if (phase == Phase.PROBE_RTT) {
            rate.markLimited(d.inFlightBytes);
            if (rttDoneNs == 0 && d.inFlightBytes <= probeRttWindow()) {
                rttDoneNs = d.nowNs + PROBE_RTT_NS;
                rttRoundDone = false;
                beginRound();
            } else if (rttDoneNs != 0) {
                rttRoundDone |= isRound;
                if (rttRoundDone && d.nowNs > rttDoneNs) {
                    endProbeRtt(d.nowNs);
                }
            }
        }
        isRestarting &= d.ackedBytes == 0;
    }

    private void endProbeRtt(long nowNs) {
        probedRttNs = nowNs;
        window = Math.max(window, priorWindow);
        bounds.resetLow();
        if (isFull) {
            down(nowNs);
            phase = Phase.CRUISE;
        } else {
            phase = Phase.STARTUP;
        }
    }

    private long bdp(double gain) {
        return minRttUs == Long.MAX_VALUE ? (long) (gain * initialWindow) : (long) (gain * bandwidth() * minRttUs / 1e6);
    }

    /** BBRInflight, §5.6.4.2: with what the sender's own bursts need. */
    private long inFlight(double gain) {
        return quantized(bdp(gain));
    }

    private long quantized(long bytes) {
        long quantum = Math.clamp(pacingRate / 1_000, 2L * mss, MOST_QUANTUM_BYTES);
        return Math.max(Math.max(bytes, 3 * quantum), least()) + (phase == Phase.UP ? 2L * mss : 0);
    }

    private long least() {
        return (long) MIN_SEGMENTS * mss;
    }

    private long probeRttWindow() {
        return Math.max(bdp(Phase.PROBE_RTT.windowGain), least());
    }

    /** BBRUpdateControlParameters, §5.6. */
    private void control(Delivery d) {
        long paced = (long) (PACING_MARGIN * phase.pacingGain * bandwidth());
        if (paced > 0 && (isFull || paced > pacingRate)) {
            pacingRate = paced;
        }
        long most = quantized(bdp(phase.windowGain) + extra.bytes());
        if (isFull) {
            window = Math.min(window + d.ackedBytes, most);
        } else if (window < most || rate.delivered() < initialWindow) {
            window += d.ackedBytes;
        }
        window = Math.max(window, least());
        if (phase == Phase.PROBE_RTT) {
            window = Math.min(window, probeRttWindow());
        }
        window = Math.min(Math.min(window, Math.max(modelled(), least())), maxWindow);
    }

    /** BBRBoundCwndForModel, §5.6.4.7. */
    private long modelled() {
        long cap = switch (phase) {
            case PROBE_RTT, CRUISE -> bounds.withHeadroom(mss, least());
            case DOWN, REFILL, UP -> bounds.highInFlight;
            case STARTUP, DRAIN -> Bounds.NONE;
        };
        return Math.min(cap, bounds.lowInFlight);
    }

    @Override
    public void onFastRetransmit(int una, int max) {
        lossTold = true; // alone it changes nothing in flight: how much is lost of a sample does
    }

    @Override
    public boolean leadsRecovery() {
        return true;
    }

    /** §5.6.4.4: starts anew from what is in flight, and goes back to the model as that is delivered. */
    @Override
    public void onTimeout(int flightBytes, boolean repeated) {
        window = mss;
    }

    @Override
    public void onIdle() {
        isRestarting = true; // §5.4.1; what may leave at once is paced
        if (phase.isProbeBandwidth()) {
            pacingRate = Math.max((long) (PACING_MARGIN * bandwidth()), 1);
        }
    }

    @Override
    public void segmentSize(int mssBytes) {
        mss = mssBytes;
    }

    @Override
    public void succeed(int windowBytes, int thresholdBytes) {
        window = Math.clamp(windowBytes, least(), Math.max(maxWindow, least()));
    }

    /** The model; what it is sampled from begins anew. */
    @Override
    public void walk(Fields f) throws IOException {
        window = f.number("congestion window", window(), 1, Integer.MAX_VALUE);
        pacingRate = Math.max(f.i64(pacingRate), 1);
        bandwidths[0] = Math.max(f.i64(bandwidths[0]), 0);
        bandwidths[1] = Math.max(f.i64(bandwidths[1]), 0);
        minRttUs = Math.max(f.i64(minRttUs), 1);
        minRttNs = f.since(minRttNs);
        probedRttUs = Math.max(f.i64(probedRttUs), 1);
        probedRttNs = f.since(probedRttNs);
        isFull = f.bit(isFull);
        bounds.highInFlight = Math.max(f.i64(bounds.highInFlight), 1);
        bounds.lowInFlight = Math.max(f.i64(bounds.lowInFlight), 1);
        bounds.lowBandwidth = Math.max(f.i64(bounds.lowBandwidth), 1);
        phase = Phase.values()[f.number("phase", phase.ordinal(), 0, Phase.values().length - 1)];
        cycleNs = f.since(cycleNs);
        waitNs = Math.clamp(f.i64(waitNs), 0, 2 * LEAST_WAIT_NS);
    }
}
