package org.millrace.sim.host;

import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.Packets;

/**
 * A host whose senders have windows: NewReno, or DCTCP; with a scoreboard if acknowledgements are selective. Flows that may send take turns.
 *
 * <p>DESIGN NOTES. A message ends for its receiver when its last byte is there, and its entry is free then: what its sender would still have
 * to be told does not matter to anybody, and acknowledgements that come later find nobody.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class WindowHost extends MessageHost {
    private static final int DATA = 0;
    private static final int ACK = 1;
    private static final int MARKED_ACK = 2;
    private static final int TIMEOUT = 0;
    private static final int MOST_BACK_OFF = 6;
    private static final double GAIN = 1.0 / 16; // RFC 8257 §4.2
    private static final int MOST_SELECTIVE_PACKETS = 1 << 16; // as blocks count them

    private final WindowProfile profile;
    private final WindowProfile.Repair repair;
    private final Windows flows;
    private final Scoreboard scoreboard;
    private final Messages all;
    private final Packets packets;
    /** Acknowledgements, made, and data to send again. */
    private final IntRing first = new IntRing();
    /** Messages that may send. */
    private final IntRing turns = new IntRing();
    private long timeouts;
    private long fastRetransmits;
    private long notKept;

    private WindowHost(Fabric fabric, int number, WindowProfile profile, Windows flows) {
        super(fabric, number);
        this.profile = profile;
        this.flows = flows;
        repair = profile.repair();
        scoreboard = flows.scoreboard;
        all = flows.all;
        packets = fabric.packets();
    }

    /**
     * {@return what makes the hosts of a fabric}
     *
     * @param profile  how they work
     * @param messages where they keep messages
     */
    public static Fabric.HostMaker maker(WindowProfile profile, Messages messages) {
        Windows shared = new Windows(messages, profile);
        return (fabric, number) -> new WindowHost(fabric, number, profile, shared);
    }

    /** {@return retransmission timeouts} */
    public long timeouts() {
        return timeouts;
    }

    /** {@return times that duplicate acknowledgements began a recovery} */
    public long fastRetransmits() {
        return fastRetransmits;
    }

    /** {@return packets out of order that this receiver had no interval left for, and dropped} */
    public long notKept() {
        return notKept;
    }

    @Override
    public void start(long nowPs, int destination, int bytes, long tag) {
        int message = flows.open(number(), destination, bytes, nowPs, tag, profile);
        int count = Math.ceilDiv(bytes, profile.dataBytes());
        if (repair.isSelective() && count >= MOST_SELECTIVE_PACKETS) {
            throw new IllegalArgumentException(bytes + " bytes; selective acknowledgements count fewer than " + MOST_SELECTIVE_PACKETS + " packets");
        }
        all.expect(message, count);
        takeTurn(message);
        wake(nowPs);
    }

    private boolean maySend(int message) {
        if (repair.isSelective()) {
            return pipe(message) + profile.dataBytes() <= Math.min(window(message), profile.mostWindow())
                && (nextLost(message) >= 0 || hasNew(message));
        }
        int underWay = flows.sent[message] - flows.acked[message];
        return flows.sent[message] < all.bytes(message) && underWay + profile.dataBytes() <= Math.min(window(message), profile.mostWindow());
    }

    /** New data within the receiver's buffer. */
    private boolean hasNew(int message) {
        return flows.sent[message] < all.bytes(message)
            && flows.sent[message] - flows.acked[message] + profile.dataBytes() <= profile.mostWindow();
    }

    private int pipe(int message) {
        return profile.dataBytes() * scoreboard.pipe(message, firstMissing(message), Math.ceilDiv(flows.sent[message], profile.dataBytes()));
    }

    /** {@return the first packet that is not acknowledged} */
    private int firstMissing(int message) {
        return flows.acked[message] / profile.dataBytes();
    }

    private int nextLost(int message) {
        return scoreboard.nextLost(message, firstMissing(message));
    }

    /** In recovery each further duplicate lets one more go (RFC 5681 §3.2), and so do the first two (RFC 3042). */
    private double window(int message) {
        return repair.isSelective() ? flows.window[message] : flows.window[message] + (double) flows.duplicates[message] * profile.dataBytes();
    }

    private void takeTurn(int message) {
        if (!flows.isQueued[message] && maySend(message)) {
            flows.isQueued[message] = true;
            turns.add(message);
        }
    }

    @Override
    protected int next(long nowPs) {
        if (!first.isEmpty()) {
            return first.take();
        }
        while (!turns.isEmpty()) {
            int message = turns.take();
            boolean isMine = flows.isQueued[message] && all.source(message) == number();
            if (isMine) {
                flows.isQueued[message] = false;
                if (maySend(message)) {
                    int lost = repair.isSelective() ? nextLost(message) : -1;
                    return lost < 0 ? sendNew(nowPs, message) : sendLost(nowPs, message, lost);
                }
            }
        }
        return NONE;
    }

    private int sendNew(long nowPs, int message) {
        int offset = flows.sent[message];
        int packet = data(nowPs, message, offset);
        flows.sent[message] = offset + packets.length(packet);
        flows.highest[message] = Math.max(flows.highest[message], flows.sent[message]);
        takeTurn(message);
        if (!flows.isTimed[message]) {
            flows.isTimed[message] = true;
            flows.deadlinePs[message] = nowPs + timeoutPs(message);
            plan(flows.deadlinePs[message], TIMEOUT, all.id(message));
        }
        return packet;
    }

    private int sendLost(long nowPs, int message, int lost) {
        int packet = again(nowPs, message, lost);
        takeTurn(message);
        return packet;
    }

    private int again(long nowPs, int message, int lost) {
        scoreboard.sendAgain(message, lost);
        return data(nowPs, message, lost * profile.dataBytes());
    }

    private int data(long nowPs, int message, int offset) {
        int length = Math.min(profile.dataBytes(), all.bytes(message) - offset);
        int packet = packets.make(number(), all.destination(message), 0, DATA, length + profile.overheadBytes());
        packets.data(packet, all.id(message), offset, length);
        packets.note(packet, 0, nowPs);
        if (profile.isDctcp()) {
            packets.flag(packet, Packets.MARKABLE);
        }
        return packet;
    }

    @Override
    protected void receive(long nowPs, int packet) {
        int message = all.message(packets.message(packet));
        if (message >= 0 && !packets.has(packet, Packets.TRIMMED)) {
            if (packets.kind(packet) == DATA) {
                receiveData(nowPs, message, packet);
            } else {
                acknowledged(nowPs, message, packet);
            }
        }
        packets.free(packet);
    }

    private void receiveData(long nowPs, int message, int packet) {
        int index = packets.offset(packet) / profile.dataBytes();
        if (all.hasArrived(message, index)) {
            // it came twice
        } else if (!flows.intervals.keeps(message, flows.prefix[message] / profile.dataBytes(), index)) {
            notKept++;
        } else {
            all.arrive(message, index, packets.length(packet));
            if (all.isComplete(message)) {
                flows.isQueued[message] = false; // its number may be another's when its sender's turn comes
                all.close(message, nowPs);
                return;
            }
        }
        int prefix = flows.prefix[message];
        while (prefix < all.bytes(message) && all.hasArrived(message, prefix / profile.dataBytes())) {
            prefix = Math.min(all.bytes(message), prefix + profile.dataBytes());
        }
        flows.prefix[message] = prefix;
        int ack = packets.make(number(), packets.source(packet), 0, packets.has(packet, Packets.MARKED) ? MARKED_ACK : ACK, profile.ackBytes());
        packets.data(ack, packets.message(packet), 0, 0);
        packets.note(ack, prefix, packets.timePs(packet));
        if (repair.isSelective()) {
            flows.intervals.report(message, prefix / profile.dataBytes(), index);
            packets.blocks(ack, flows.intervals.low(), flows.intervals.high());
        }
        first.add(ack);
        wake(nowPs);
    }

    private void acknowledged(long nowPs, int message, int packet) {
        int upTo = (int) packets.value(packet);
        boolean isMarked = packets.kind(packet) == MARKED_ACK;
        boolean isReport = repair.isSelective() && scoreboard.take(message, packets.lowBlocks(packet), packets.highBlocks(packet));
        measure(message, nowPs - packets.timePs(packet));
        if (upTo > flows.acked[message]) {
            advance(nowPs, message, upTo, isMarked);
        } else if (flows.sent[message] > flows.acked[message] && (isReport || !repair.isSelective() || repair.intervals() == 0)) {
            duplicate(nowPs, message);
        }
        takeTurn(message);
        wake(nowPs);
    }

    private void advance(long nowPs, int message, int upTo, boolean isMarked) {
        int bytes = upTo - flows.acked[message];
        flows.acked[message] = upTo;
        flows.sent[message] = Math.max(flows.sent[message], upTo);
        flows.deadlinePs[message] = nowPs + timeoutPs(message);
        flows.backOff[message] = 0;
        if (flows.recoverTo[message] > upTo) { // RFC 6582 §3.2 step 5: a partial acknowledgement
            flows.duplicates[message] = Math.max(0, flows.duplicates[message] - bytes / profile.dataBytes());
            sendFirst(nowPs, message);
            return;
        }
        if (flows.recoverTo[message] >= 0) {
            flows.recoverTo[message] = -1;
            flows.window[message] = flows.threshold[message];
        }
        flows.duplicates[message] = 0;
        if (profile.isDctcp()) {
            mark(message, bytes, isMarked);
        }
        grow(message, bytes);
    }

    /** What is not acknowledged is missing; not if it is under way again already, as a scoreboard knows. */
    private void sendFirst(long nowPs, int message) {
        if (!repair.isSelective()) {
            first.add(data(nowPs, message, flows.acked[message]));
        } else if (!scoreboard.isAgain(message, firstMissing(message))) {
            first.add(again(nowPs, message, firstMissing(message)));
        }
    }

    private void grow(int message, int bytes) {
        double window = flows.window[message];
        double more = window < flows.threshold[message] ? Math.min(bytes, profile.dataBytes()) // RFC 5681 §3.1
            : (double) profile.dataBytes() * profile.dataBytes() / window;
        flows.window[message] = Math.min(window + more, profile.mostWindow());
    }

    /** RFC 8257 §3.3. */
    private void mark(int message, int bytes, boolean isMarked) {
        flows.ackedBytes[message] += bytes;
        flows.markedBytes[message] += isMarked ? bytes : 0;
        if (flows.acked[message] < flows.windowEnd[message]) {
            return;
        }
        double part = (double) flows.markedBytes[message] / flows.ackedBytes[message];
        flows.alpha[message] += GAIN * (part - flows.alpha[message]);
        if (flows.markedBytes[message] > 0) {
            flows.window[message] = Math.max(profile.dataBytes(), flows.window[message] * (1 - flows.alpha[message] / 2));
            flows.threshold[message] = flows.window[message];
        }
        flows.ackedBytes[message] = 0;
        flows.markedBytes[message] = 0;
        flows.windowEnd[message] = flows.sent[message];
    }

    private void duplicate(long nowPs, int message) {
        flows.duplicates[message]++;
        boolean isFresh = repair.isSelective() ? flows.acked[message] >= flows.repeatTo[message] && isMissing(message)
            : flows.duplicates[message] == repair.duplicates() && flows.acked[message] < flows.highest[message];
        if (isFresh && flows.recoverTo[message] < 0) {
            fastRetransmits++;
            halve(message);
            flows.window[message] = flows.threshold[message];
            flows.recoverTo[message] = flows.sent[message];
            sendFirst(nowPs, message);
        }
    }

    /** RFC 6675 §5, step 2. */
    private boolean isMissing(int message) {
        return flows.duplicates[message] >= repair.duplicates() || scoreboard.isLost(message, firstMissing(message));
    }

    private void halve(int message) {
        int underWay = flows.sent[message] - flows.acked[message];
        flows.threshold[message] = Math.max(underWay / 2.0, 2.0 * profile.dataBytes()); // RFC 5681 (4)
    }

    /** RFC 6298; every packet is timed, as with timestamps. */
    private void measure(int message, long roundPs) {
        long smoothed = flows.smoothedPs[message];
        if (smoothed == 0) {
            flows.smoothedPs[message] = roundPs;
            flows.variancePs[message] = roundPs / 2;
        } else {
            flows.variancePs[message] += (Math.abs(smoothed - roundPs) - flows.variancePs[message]) / 4;
            flows.smoothedPs[message] = smoothed + (roundPs - smoothed) / 8;
        }
    }

    private long timeoutPs(int message) {
        long timeout = Math.max(profile.leastRtoPs(), flows.smoothedPs[message] + 4 * flows.variancePs[message]);
        return timeout << Math.min(flows.backOff[message], MOST_BACK_OFF);
    }

    @Override
    protected void happen(long nowPs, int event, long argument) {
        int message = all.message(argument);
        if (message < 0) {
            return;
        }
        if (nowPs < flows.deadlinePs[message]) { // acknowledgements have moved it
            plan(flows.deadlinePs[message], TIMEOUT, argument);
            return;
        }
        timeouts++;
        halve(message);
        flows.window[message] = profile.dataBytes();
        if (repair.isSelective()) {
            scoreboard.loseAll(message, firstMissing(message), Math.ceilDiv(flows.sent[message], profile.dataBytes()));
            flows.repeatTo[message] = flows.sent[message];
        } else {
            flows.sent[message] = flows.acked[message];
        }
        flows.duplicates[message] = 0;
        flows.recoverTo[message] = -1;
        flows.backOff[message]++;
        flows.deadlinePs[message] = nowPs + timeoutPs(message);
        plan(flows.deadlinePs[message], TIMEOUT, argument);
        takeTurn(message);
        wake(nowPs);
    }
}
