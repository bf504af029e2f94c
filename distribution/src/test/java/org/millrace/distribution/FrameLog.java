package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.steer.Steering;

/**
 * What came to a host and what its shards have received of it: every frame once at most, unchanged, at the shard that steering
 * says, and those of a flow in the order in which they came as long as the port has put them in one queue.
 */
final class FrameLog {
    private static final int PORTS = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;

    private final Steering steering;
    private final Map<Long, Flow> flows = new HashMap<>();
    private int era;
    long arrived;
    /** Of those, what came to another queue than that of its shard. */
    long strayed;
    /** What shards were to be given beside that: a neighbour's answer is for all. */
    long copies;
    /** Without copies. */
    long received;

    private record Pending(byte[] frame, int era, long serial) {
    }

    private static final class Flow {
        final Deque<Pending> pending = new ArrayDeque<>();
        final Map<Integer, Long> lastOfEra = new HashMap<>();
        long serials;
    }

    FrameLog(Steering steering) {
        this.steering = steering;
    }

    /** From now on the port steers otherwise. */
    void steeredOtherwise() {
        era++;
    }

    private static boolean isIpv4(byte[] frame) {
        return ByteBuffer.wrap(frame).getShort(EthernetHeader.ETHER_TYPE) == (short) EthernetHeader.IPV4;
    }

    private static long flow(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        return (long) bytes.getInt(EthernetHeader.LENGTH + Ipv4Header.SOURCE) << 32 | bytes.getInt(PORTS) & 0xffff_ffffL;
    }

    /** A frame came to a queue. */
    void arrived(byte[] frame, int queue, int shards) {
        arrived++;
        if (!isIpv4(frame)) {
            copies += shards - 1; // of ARP
            return;
        }
        Flow flow = flows.computeIfAbsent(flow(frame), any -> new Flow());
        flow.pending.add(new Pending(frame, era, flow.serials++));
        strayed += home(frame) == queue ? 0 : 1;
    }

    private int home(byte[] frame) {
        return steering.shard(MemorySegment.ofArray(frame), 0, frame.length);
    }

    /** A shard has received a frame. */
    void received(int shard, MemorySegment memory, long offset, int length) {
        received++;
        byte[] frame = memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        if (!isIpv4(frame)) {
            return;
        }
        if (home(frame) != shard) {
            throw new AssertionError("shard " + shard + " has received a frame of shard " + home(frame));
        }
        Flow flow = flows.get(flow(frame));
        Iterator<Pending> all = flow == null ? new ArrayDeque<Pending>().iterator() : flow.pending.iterator();
        while (all.hasNext()) {
            Pending next = all.next();
            if (Arrays.equals(next.frame, frame)) {
                Long last = flow.lastOfEra.put(next.era, next.serial);
                if (last != null && last > next.serial) {
                    throw new AssertionError("frame " + next.serial + " of a flow came to shard " + shard + " after frame " + last);
                }
                all.remove();
                return;
            }
        }
        throw new AssertionError("shard " + shard + " has received a frame that did not come, or twice");
    }

    /** Forgets frames that were never received. */
    void forget() {
        flows.clear();
    }
}
