package org.millrace.tcp.bbr;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.Delivery;

/** One sender that always has data, and one bottleneck, in steps of a millisecond: what a policy decides on, and nothing else of TCP. */
final class OnePath {
    static final int MSS = 1_448;
    private static final long STEP_NS = 1_000_000;

    private final CongestionPolicy policy;
    private final double bytesPerNs;
    private final long delayNs;
    private final long bufferNs;
    private final SplittableRandom dice = new SplittableRandom(11);
    private final ArrayDeque<Segment> network = new ArrayDeque<>();
    private final Delivery delivery = new Delivery();
    private double credit;
    private long idleNs;
    private int una;
    private int max;
    /** Share of the segments that is lost from now on. */
    double loss;
    long nowNs;
    int inFlight;
    long delivered;
    long queueNs;

    private record Segment(long sentNs, long answeredNs, boolean isLost) {
    }

    OnePath(CongestionPolicy policy, long bytesPerSecond, long delayNs, long bufferBytes, double loss) {
        this.policy = policy;
        bytesPerNs = bytesPerSecond / 1e9;
        this.delayNs = delayNs;
        bufferNs = (long) (bufferBytes / bytesPerNs);
        this.loss = loss;
    }

    void step() {
        nowNs += STEP_NS;
        answers();
        credit = Math.min(credit + policy.rate() * (STEP_NS / 1e9), 64 << 10);
        while (inFlight + MSS <= policy.window() && (credit >= MSS || policy.rate() == 0)) {
            credit -= MSS;
            send();
        }
        queueNs = Math.max(idleNs - nowNs, 0);
    }

    private void send() {
        long startNs = Math.max(idleNs, nowNs);
        boolean isFull = startNs - nowNs > bufferNs;
        if (!isFull) {
            idleNs = startNs + (long) (MSS / bytesPerNs);
        }
        inFlight += MSS;
        max += MSS;
        network.add(new Segment(nowNs, Math.max(idleNs, nowNs) + delayNs, isFull || dice.nextDouble() < loss));
    }

    private void answers() {
        delivery.ackedBytes = 0;
        delivery.lostBytes = 0;
        delivery.roundTripUs = -1;
        while (!network.isEmpty() && network.peek().answeredNs <= nowNs) {
            Segment segment = network.poll();
            inFlight -= MSS;
            if (segment.isLost) {
                delivery.lostBytes += MSS;
                una += MSS; // sent again beside the model
            } else {
                una += MSS;
                delivery.ackedBytes += MSS;
                delivery.roundTripUs = (segment.answeredNs - segment.sentNs) / 1_000;
            }
        }
        delivered += delivery.ackedBytes;
        if (delivery.ackedBytes + delivery.lostBytes > 0) {
            delivery.nowNs = nowNs;
            delivery.max = max;
            delivery.inFlightBytes = inFlight;
            policy.onAcked(delivery.ackedBytes, 0, una, max, nowNs);
            policy.onDelivery(delivery);
        }
    }
}
