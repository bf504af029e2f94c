package org.millrace.runtime.frame;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.steer.Steering;

/**
 * One shard's port: frames that another shard wants are handed to it, those that others have handed in are received too. What
 * the port behind steers rightly costs a hash; what it cannot steer (an ICMP error, everything if it has one queue) a copy.
 *
 * <p>Every shard keeps its own neighbours: ARP goes to all, as copies that nobody answers.
 * While both have frames, whole rounds alternate between the port and the other shards: neither starves the other.
 *
 * <p>Owned by: the shard's data-path thread.
 */
public final class ShardPort extends FrontPort {
    private final FrameMesh.Node node;
    private final Steering steering;
    private final Consumer<DropReason> drops;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();
    private final IntPredicate own = this::isOwn;
    private FrameBatch batch;
    private boolean othersTurn;

    /**
     * Wraps a port.
     *
     * @param port     where this shard's frames come from, and some of others'
     * @param node     the way to the others and back
     * @param steering whose a frame is
     * @param drops    counts a frame that finds no room
     */
    public ShardPort(Port port, FrameMesh.Node node, Steering steering, Consumer<DropReason> drops) {
        super(port);
        this.drops = drops;
        this.node = node;
        this.steering = steering;
    }

    @Override
    public int receive(FrameBatch into) {
        batch = into;
        into.takesHeads = false; // what is another's is copied whole
        node.release();
        othersTurn = !othersTurn;
        if (othersTurn) {
            into.clear();
            node.take(into);
            if (into.count() > 0) {
                return into.count();
            }
        }
        if (port.receive(into) > 0) {
            into.keep(own);
            node.publish();
        }
        node.take(into);
        return into.count();
    }

    private boolean isOwn(int frame) {
        MemorySegment memory = batch.segment[frame];
        long offset = batch.offset[frame];
        if (isForAll(memory, offset, batch.length[frame])) {
            int flags = batch.flags[frame];
            batch.flags[frame] = flags | FrameBatch.COPIED;
            for (int other = 0; other < node.count(); other++) {
                if (other != node.index()) {
                    hand(other, frame);
                }
            }
            batch.flags[frame] = flags;
            return true;
        }
        int home = steering.shard(memory, offset, batch.length[frame]);
        if (home != node.index()) {
            hand(home, frame);
        }
        return home == node.index();
    }

    private void hand(int shard, int frame) {
        if (!node.hand(shard, batch, frame)) {
            drops.accept(DropReason.SHARD_FULL);
        }
    }

    private boolean isForAll(MemorySegment memory, long offset, int bytes) {
        return bytes >= EthernetHeader.LENGTH + ArpPacket.LENGTH
            && ethernet.wrap(memory, offset).etherType() == EthernetHeader.ARP
            && arp.wrap(memory, offset + EthernetHeader.LENGTH).check(bytes - EthernetHeader.LENGTH) == HeaderFault.NONE;
    }

    @Override
    public void sleeping(boolean sleeping) {
        super.sleeping(sleeping);
        node.sleeping(sleeping);
    }
}
