package org.millrace.agilio.model;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * Which group a flow is of (§4.3: a hash of its addresses and ports): that of the first segment received on it, or of its number if
 * something is sent before. It stays so until the flow is another connection's.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class FlowGroups {
    private static final int UNKNOWN = -1;
    private static final int TUPLE_BYTES = 12;

    private final int[] hashes;
    /** Of each flow, which of its group it is: connections are numbered so that few meet in a table (§4.4.1.1). */
    private final int[] ranks;
    /** Of each group, ranks that flows have. */
    private final BitSet[] taken;
    private final CRC32 crc = new CRC32();
    private final ByteBuffer tuple = ByteBuffer.allocate(TUPLE_BYTES);

    /**
     * Makes one that knows no flow.
     *
     * @param flows  how many there can be
     * @param groups how many groups there are
     */
    public FlowGroups(int flows, int groups) {
        hashes = new int[flows + 1];
        Arrays.fill(hashes, UNKNOWN);
        ranks = new int[flows + 1];
        taken = new BitSet[groups];
        Arrays.setAll(taken, group -> new BitSet(flows));
    }

    /**
     * A segment has been received on a flow.
     *
     * @param meta the segment, its flow set
     */
    public void received(SegmentMeta meta) {
        if (hashes[meta.flow()] == UNKNOWN) {
            tuple.clear().putInt(meta.peerAddress()).putInt(meta.localAddress()).putShort((short) meta.peerPort())
                .putShort((short) meta.localPort()).flip();
            crc.reset();
            crc.update(tuple);
            join(meta.flow(), (int) crc.getValue() & Integer.MAX_VALUE);
        }
    }

    private void join(int flow, int hash) {
        hashes[flow] = hash;
        BitSet group = taken[hash % taken.length];
        ranks[flow] = group.nextClearBit(0);
        group.set(ranks[flow]);
    }

    /**
     * {@return a flow's hash, not negative, of which the group is the remainder}
     *
     * @param flow the flow
     */
    public int hash(int flow) {
        if (hashes[flow] == UNKNOWN) {
            join(flow, Math.max(flow - 1, 0));
        }
        return hashes[flow];
    }

    int group(int flow) {
        return hash(flow) % taken.length;
    }

    /** {@return which flow of its group it is, from 0} */
    int rank(int flow) {
        hash(flow);
        return ranks[flow];
    }

    /**
     * A flow is another connection's now.
     *
     * @param flow the flow
     */
    public void cleared(int flow) {
        if (hashes[flow] != UNKNOWN) {
            taken[group(flow)].clear(ranks[flow]);
            hashes[flow] = UNKNOWN;
        }
    }
}
