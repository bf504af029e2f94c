package org.millrace.benchmarks;

import java.util.List;
import java.util.stream.IntStream;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.steer.Steering;

/**
 * A data path's place among others behind one address: which peers come home to it, and how it knows of them.
 *
 * @param index    which one, from 0
 * @param steering whose a frame is
 * @param mesh     what comes to the wrong one is handed over by it; null: each is on its own
 */
record EchoShard(int index, Steering steering, FrameMesh mesh) {
    private static final long KEY = 0x5851_f42d_4c95_7f2dL;
    private static final int SERVER = Ipv4Address.parse("10.0.0.2").bits();
    private static final int PEERS = Ipv4Address.parse("10.0.0.1").bits();

    /** {@return the only one} */
    static EchoShard alone() {
        return independent(1).getFirst();
    }

    /** {@return data paths that know nothing of each other, each with the peers that it would have as one of so many shards} */
    static List<EchoShard> independent(int count) {
        return of(count, null);
    }

    /** {@return so many shards} */
    static List<EchoShard> together(int count) {
        return of(count, new FrameMesh(count));
    }

    private static List<EchoShard> of(int count, FrameMesh mesh) {
        return IntStream.range(0, count).mapToObj(i -> new EchoShard(i, new Steering(count, KEY), mesh)).toList();
    }

    /** {@return the same for a data path} */
    ShardPlace place() {
        return mesh == null ? ShardPlace.ALONE : new ShardPlace(mesh.node(index), steering);
    }

    /** {@return the address of the peer of a flow: the first whose frames come home} */
    int peer(int peerPort, int localPort) {
        int address = PEERS;
        while (address == SERVER || steering.shard(address, peerPort, SERVER, localPort) != index) {
            address++;
        }
        return address;
    }
}
