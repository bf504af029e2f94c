package org.millrace.runtime.config;

import org.millrace.memory.frame.FrameMesh;
import org.millrace.wire.steer.Steering;

/**
 * Which of the data paths behind one address it is.
 *
 * @param node     the way to the others and back; null if there are none
 * @param steering whose a frame is, its own object: a data path's thread uses it; null if there are none
 * @param others   told what all should know
 */
public record ShardPlace(FrameMesh.Node node, Steering steering, Others others) {
    /** The only one. */
    public static final ShardPlace ALONE = new ShardPlace(null, null);

    /** The other data paths. Called by this one's thread; does not wait for theirs. */
    public interface Others {
        /** No larger packet reaches a peer. */
        void lowerPathMtu(int peerAddress, int mtuBytes);
    }

    /**
     * One that keeps what it learns to itself.
     *
     * @param node     the way to the others and back
     * @param steering whose a frame is
     */
    public ShardPlace(FrameMesh.Node node, Steering steering) {
        this(node, steering, (peerAddress, mtuBytes) -> { });
    }

    /** {@return whether there are others} */
    public boolean hasOthers() {
        return node != null;
    }

    /** {@return its number, from 0} */
    public int index() {
        return node == null ? 0 : node.index();
    }

    /** {@return how many there are} */
    public int count() {
        return node == null ? 1 : node.count();
    }

    /** {@return the number by which people know a context of this one, no other's of the instance: {@code index * count + shard}} */
    public int outside(int context) {
        return context * count() + index();
    }

    /** {@return the context here of a number by which people know it, or -1 if it is another one's} */
    public int inside(int number) {
        return number % count() == index() ? number / count() : -1;
    }

    /**
     * {@return whether frames from a peer come to this one}
     *
     * @param remote     the peer's address
     * @param remotePort its port
     * @param local      own address
     * @param localPort  own port
     */
    public boolean isHome(int remote, int remotePort, int local, int localPort) {
        return node == null || steering.shard(remote, remotePort, local, localPort) == node.index();
    }
}
