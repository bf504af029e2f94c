package org.millrace.sim.host;

import java.util.Arrays;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.Packets;

/**
 * A host that speaks Homa: unscheduled bytes at once, the rest as the receiver grants it; the sender prefers the message with the fewest bytes left to
 * send, the receiver grants those with the fewest left to grant, one a sender, as many as it overcommits.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class HomaHost extends MessageHost {
    private static final int DATA = 0;
    private static final int GRANT = 1;
    private static final int RESEND = 2;
    private static final int CHECK = 0;

    private final HomaProfile profile;
    private final HomaMessages messages;
    private final Messages all;
    private final Packets packets;
    /** Control packets, made, and packets of data to send again. */
    private final IntRing first = new IntRing();
    /** Messages that may send now, fewest bytes left first. */
    private int[] ready = new int[16];
    private int readyCount;
    /** Messages that arrive and are not granted to their end, fewest bytes left to grant first. */
    private int[] inbound = new int[16];
    private int inboundCount;
    private final int[] active;
    private final long[] seenSource;
    private long round;
    /** Of the inbound, those looked at when the active were chosen. */
    private int looked;
    private double fifoDue;
    private long grants;
    private long resends;

    private HomaHost(Fabric fabric, int number, HomaProfile profile, HomaMessages messages) {
        super(fabric, number);
        this.profile = profile;
        this.messages = messages;
        all = messages.all;
        packets = fabric.packets();
        active = new int[profile.overcommit()];
        seenSource = new long[fabric.topology().hosts()];
    }

    /**
     * {@return what makes the hosts of a fabric}
     *
     * @param profile  how they work
     * @param messages where they keep messages
     */
    public static Fabric.HostMaker maker(HomaProfile profile, Messages messages) {
        HomaMessages shared = new HomaMessages(messages);
        return (fabric, number) -> new HomaHost(fabric, number, profile, shared);
    }

    /** {@return GRANTs that it has sent} */
    public long grants() {
        return grants;
    }

    /** {@return RESENDs that it has sent} */
    public long resends() {
        return resends;
    }

    @Override
    public void start(long nowPs, int destination, int bytes, long tag) {
        int message = messages.open(number(), destination, bytes, nowPs, tag);
        all.expect(message, profile.packets(bytes));
        messages.granted[message] = Math.min(bytes, profile.unscheduledBytes());
        messages.promised[message] = messages.granted[message];
        if (profile.resendPs() > 0) {
            ((HomaHost) fabric().host(destination)).plan(nowPs + profile.resendPs(), CHECK, all.id(message));
        }
        makeReady(message);
        wake(nowPs);
    }

    private void makeReady(int message) {
        if (messages.isReady[message] || messages.sent[message] >= messages.granted[message]) {
            return;
        }
        messages.isReady[message] = true;
        if (readyCount == ready.length) {
            ready = Arrays.copyOf(ready, 2 * readyCount);
        }
        int left = all.bytes(message) - messages.sent[message];
        int at = readyCount++;
        while (at > 0 && all.bytes(ready[at - 1]) - messages.sent[ready[at - 1]] > left) {
            ready[at] = ready[at - 1];
            at--;
        }
        ready[at] = message;
    }

    @Override
    protected int next(long nowPs) {
        if (!first.isEmpty()) {
            return first.take();
        }
        if (readyCount == 0) {
            return NONE;
        }
        int message = ready[0];
        int offset = messages.sent[message];
        int length = profile.length(offset, all.bytes(message));
        int priority = offset < profile.unscheduledBytes() ? profile.unscheduledPriority(all.bytes(message)) : messages.priority[message];
        messages.sent[message] = offset + length;
        if (messages.sent[message] >= messages.granted[message]) {
            messages.isReady[message] = false;
            System.arraycopy(ready, 1, ready, 0, --readyCount);
        }
        return data(message, offset, length, priority);
    }

    private int data(int message, int offset, int length, int priority) {
        int packet = packets.make(number(), all.destination(message), priority, DATA, length + profile.overheadBytes());
        packets.data(packet, all.id(message), offset, length);
        return packet;
    }

    @Override
    protected void receive(long nowPs, int packet) {
        int message = all.message(packets.message(packet));
        if (message >= 0 && !packets.has(packet, Packets.TRIMMED)) {
            switch (packets.kind(packet)) {
                case DATA -> data(nowPs, message, packet);
                case GRANT -> grant(nowPs, message, packet);
                default -> resend(nowPs, message, packet);
            }
        }
        packets.free(packet);
    }

    private void data(long nowPs, int message, int packet) {
        messages.heardPs[message] = nowPs;
        int index = profile.packet(packets.offset(packet));
        if (all.hasArrived(message, index)) {
            return;
        }
        boolean isNew = all.received(message) == 0;
        all.arrive(message, index, packets.length(packet));
        if (all.isComplete(message)) {
            all.close(message, nowPs);
        } else if (isNew && messages.promised[message] < all.bytes(message)) {
            enter(message);
        }
        if (inboundCount > 0) {
            schedule(nowPs);
        }
    }

    private int leftToGrant(int message) {
        return all.bytes(message) - messages.promised[message];
    }

    private void enter(int message) {
        if (inboundCount == inbound.length) {
            inbound = Arrays.copyOf(inbound, 2 * inboundCount);
        }
        int left = leftToGrant(message);
        int at = inboundCount++;
        while (at > 0 && leftToGrant(inbound[at - 1]) > left) {
            inbound[at] = inbound[at - 1];
            at--;
        }
        inbound[at] = message;
    }

    private void schedule(long nowPs) {
        int count = choose();
        boolean isGranted = false;
        for (int rank = 0; rank < count; rank++) {
            int message = active[rank];
            int to = Math.min(all.bytes(message), all.received(message) + profile.window(count));
            if (to - messages.promised[message] >= profile.dataBytes() || to == all.bytes(message)) {
                promise(nowPs, message, to, profile.scheduledPriority(rank, count));
                isGranted = true;
            }
        }
        if (profile.fifoPart() > 0 && fifoDue >= profile.fifoBytes()) {
            grantOldest(nowPs);
            order(inboundCount);
        } else if (isGranted) {
            order(looked);
        }
    }

    private int choose() {
        round++;
        int count = 0;
        for (looked = 0; looked < inboundCount && count < active.length; looked++) {
            int source = all.source(inbound[looked]);
            if (seenSource[source] != round) {
                seenSource[source] = round;
                active[count++] = inbound[looked];
            }
        }
        return count;
    }

    private void promise(long nowPs, int message, int to, int priority) {
        fifoDue += profile.fifoPart() * (to - messages.promised[message]);
        messages.promised[message] = to;
        grants++;
        control(nowPs, message, GRANT, to, priority);
    }

    private void grantOldest(long nowPs) {
        fifoDue -= profile.fifoBytes();
        int oldest = inbound[0];
        for (int i = 1; i < inboundCount; i++) {
            oldest = all.startPs(inbound[i]) < all.startPs(oldest) ? inbound[i] : oldest;
        }
        int to = Math.min(all.bytes(oldest), messages.promised[oldest] + profile.fifoBytes());
        promise(nowPs, oldest, to, profile.scheduled() - 1);
    }

    /** Of the first ones, those granted to their end leave, and the others find their places: theirs only became less. */
    private void order(int end) {
        int kept = 0;
        for (int i = 0; i < end; i++) {
            int message = inbound[i];
            int left = leftToGrant(message);
            if (left > 0) {
                int at = kept++;
                while (at > 0 && leftToGrant(inbound[at - 1]) > left) {
                    inbound[at] = inbound[at - 1];
                    at--;
                }
                inbound[at] = message;
            }
        }
        System.arraycopy(inbound, end, inbound, kept, inboundCount - end);
        inboundCount -= end - kept;
    }

    private void control(long nowPs, int message, int kind, int to, int priority) {
        int packet = packets.make(number(), all.source(message), HomaProfile.PRIORITIES - 1, kind, profile.controlBytes());
        packets.data(packet, all.id(message), 0, 0);
        packets.note(packet, to, priority);
        first.add(packet);
        wake(nowPs);
    }

    private void grant(long nowPs, int message, int packet) {
        int to = (int) packets.value(packet);
        messages.granted[message] = Math.max(messages.granted[message], to);
        messages.priority[message] = (int) packets.timePs(packet);
        makeReady(message);
        wake(nowPs);
    }

    private void resend(long nowPs, int message, int packet) {
        grant(nowPs, message, packet);
        int end = profile.packets(messages.sent[message]);
        for (int index = 0; index < end; index++) {
            if (!all.hasArrived(message, index)) {
                int offset = profile.offset(index);
                first.add(data(message, offset, profile.length(offset, all.bytes(message)), messages.priority[message]));
            }
        }
        wake(nowPs);
    }

    @Override
    protected void happen(long nowPs, int event, long argument) {
        int message = all.message(argument);
        if (message < 0) {
            return;
        }
        long silentPs = nowPs - messages.heardPs[message];
        boolean isSilent = silentPs >= profile.resendPs();
        if (isSilent && all.received(message) < messages.promised[message]) {
            resends++;
            control(nowPs, message, RESEND, messages.promised[message], 0);
        }
        plan(nowPs + profile.resendPs() - (isSilent ? 0 : silentPs), CHECK, argument);
    }
}
