package org.millrace.tcp.laminar.transmit;

import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/**
 * The transmitting half of libTOE, kept beside the data path (§5.3.2.2): how far each stream has been appended and
 * pushed. A segment's place and length are chosen here, with the window and credits last told of; the pipeline's
 * registers check them again and drop what they do not allow. Going back is moving the head (§5.3.2.1).
 *
 * <p>To the program this is a part on the host: a call is a message, as a DMA descriptor is on the machine, and what comes of it is
 * a later item. No stage waits for an answer.
 *
 * <p>Owned by: the data-path thread.
 */
public final class TransmitHeads implements HostPart {
    private static final long BURST_NS = 200_000;
    private static final int MAX_BURST = 1 << 30;
    private static final int NAGLE = 1;
    private static final int CORKED = 2;

    private final FlowQueue queue;
    private final int maxPayload;
    /** Next to push. */
    private final int[] next;
    /** Behind the last byte appended; a FIN comes after it. */
    private final int[] end;
    private final boolean[] fin;
    private final int[] una;
    private final int[] edge;
    /** Highest pushed, exclusive. */
    private final int[] max;
    /** Largest window that the peer has offered, bytes. */
    private final int[] offered;
    /** Whether whatever fits may be pushed once. */
    private final boolean[] override;
    /** What is held back: {@link #NAGLE}, {@link #CORKED}. */
    private final byte[] gathering;
    /** End of the segment pushed last that was less than a whole one, of those that hold back. */
    private final int[] littleEnd;
    private final int[] credits;
    private final int[] mss;
    private final int[] pacing;
    /** Null with pull pacing. */
    private final Grants grants;

    /**
     * @param queue      of flows that may send
     * @param flows      how many there can be
     * @param maxPayload largest payload of a super-frame, bytes; less than a segment's if the port cuts none
     * @param grants     what tells libTOE how far it may push, or null: it appends what its buffer holds
     */
    public TransmitHeads(FlowQueue queue, int flows, int maxPayload, Grants grants) {
        this.maxPayload = maxPayload;
        this.grants = grants;
        this.queue = queue;
        next = new int[flows + 1];
        end = new int[flows + 1];
        fin = new boolean[flows + 1];
        una = new int[flows + 1];
        edge = new int[flows + 1];
        max = new int[flows + 1];
        offered = new int[flows + 1];
        override = new boolean[flows + 1];
        gathering = new byte[flows + 1];
        littleEnd = new int[flows + 1];
        credits = new int[flows + 1];
        mss = new int[flows + 1];
        pacing = new int[flows + 1];
    }

    public void install(int flow, int sndNxt, int sndMax, int appended, boolean finQueued, int segmentBytes) {
        queue.reset(flow);
        next[flow] = sndNxt;
        max[flow] = sndMax;
        override[flow] = false;
        end[flow] = appended;
        fin[flow] = finQueued;
        mss[flow] = segmentBytes;
        pacing[flow] = 0;
    }

    /**
     * What is remembered of the past.
     *
     * @param largestWindow that the peer has offered, bytes
     * @param lastLittleEnd sequence number behind the last segment that was less than a whole one
     */
    public void past(int flow, int largestWindow, int lastLittleEnd) {
        offered[flow] = largestWindow;
        littleEnd[flow] = lastLittleEnd;
    }

    /** {@return largest window that the peer has offered, bytes} */
    public int offered(int flow) {
        return offered[flow];
    }

    /** {@return sequence number behind the last segment that was less than a whole one} */
    public int littleEnd(int flow) {
        return littleEnd[flow];
    }

    /** Holds back what is less than a segment, or does not. */
    public void gather(int flow, boolean nagle, boolean corked) {
        gathering[flow] = (byte) ((nagle ? NAGLE : 0) | (corked ? CORKED : 0));
    }

    public boolean isNagle(int flow) {
        return (gathering[flow] & NAGLE) != 0;
    }

    public boolean isCorked(int flow) {
        return (gathering[flow] & CORKED) != 0;
    }

    /** Whether new bytes that are less than a segment wait for more: RFC 9293 §3.7.4 with Minshall's modification. */
    private boolean holdsLittle(int flow) {
        if (gathering[flow] == 0 || next[flow] != max[flow] || fin[flow] || override[flow]) {
            return false;
        }
        int behindUna = littleEnd[flow] - una[flow];
        return gathering[flow] >= CORKED || behindUna > 0 && behindUna <= max[flow] - una[flow];
    }

    /**
     * What a received segment tells the host, a message: what is acknowledged, how far the peer lets send, and whether three
     * duplicates say to go back.
     */
    public void acknowledged(int flow, int acknowledged, int remoteEdge, int fast, long nowNs) {
        window(flow, acknowledged, remoteEdge);
        if (fast != 0) {
            goBack(flow);
        }
        schedule(flow, nowNs);
    }

    /** What the application or the control plane asks for, a message: bytes appended and whether they are the last, or what a timer says. */
    public void request(int flow, int operation, int bytes, int last, long nowNs) {
        if (operation == TcpProgram.RETRANSMIT) {
            goBack(flow);
        } else if (operation == TcpProgram.OVERRIDE) {
            override(flow);
        } else {
            append(flow, bytes, last != 0);
        }
        schedule(flow, nowNs);
    }

    /** What an acknowledgement has told. The head never stays behind what is acknowledged. */
    public void window(int flow, int acknowledged, int remoteEdge) {
        una[flow] = acknowledged;
        edge[flow] = remoteEdge;
        offered[flow] = Math.max(offered[flow], remoteEdge - acknowledged);
        if (acknowledged - next[flow] > 0) {
            next[flow] = acknowledged;
        }
    }

    public void credits(int flow, int bytes) {
        credits[flow] = bytes;
    }

    public void segmentBytes(int flow, int bytes) {
        mss[flow] = bytes;
    }

    /** Paces a flow: nanoseconds a KiB; 0: not. */
    public void pacing(int flow, int nsPerKiB) {
        pacing[flow] = nsPerKiB;
    }

    public void append(int flow, int bytes, boolean last) {
        end[flow] += bytes;
        fin[flow] |= last;
    }

    /** The override timer has run out. */
    public void override(int flow) {
        override[flow] = true;
    }

    /** Go-back-N. */
    public void goBack(int flow) {
        next[flow] = una[flow];
    }

    public int next(int flow) {
        return next[flow];
    }

    /** {@return bytes appended and not pushed} */
    public int ready(int flow) {
        return ready(flow, next[flow]);
    }

    /** {@return bytes appended from a sequence number on} */
    public int ready(int flow, int from) {
        return Math.max(end[flow] - from, 0);
    }

    public boolean finQueued(int flow) {
        return fin[flow];
    }

    /** {@return whether the FIN is to be pushed, for the first time or again} */
    public boolean finToSend(int flow) {
        return fin[flow] && end[flow] - next[flow] >= 0;
    }

    private int usable(int flow) {
        int granted = una[flow] + credits[flow];
        int limit = granted - edge[flow] > 0 ? edge[flow] : granted;
        return limit - next[flow];
    }

    /** {@return whether a TX item would send something now} */
    boolean sendable(int flow) {
        int ready = ready(flow);
        if (ready == 0) {
            return finToSend(flow);
        }
        if (ready < mss[flow] && holdsLittle(flow)) {
            return false;
        }
        int usable = usable(flow);
        if (usable >= ready || usable >= mss[flow]) {                           // RFC 9293 §3.8.6.2.1 (SWS), (1), (2)
            return true;
        }
        boolean now = next[flow] == una[flow] && (next[flow] != max[flow] || override[flow]); // goes again, or (4)
        return usable > 0 && (now || usable >= offered[flow] / 2);              // (3)
    }

    /**
     * SYNC (§5.3.2.1): grants libTOE what window and credits allow, in whole segments; one beyond what is acknowledged
     * always, so that the data path knows that something waits. A paced flow is granted no more than a burst ahead of what
     * it has sent, so its credits come at its rate.
     */
    public void grant(int flow) {
        if (grants == null) {
            return;
        }
        int segment = mss[flow];
        int window = Math.max(Math.min(credits[flow], edge[flow] - una[flow]), segment);
        int room = una[flow] + window - end[flow];
        if (pacing[flow] != 0) {
            int burst = (int) Math.clamp((BURST_NS << 10) / pacing[flow], 2L * segment, MAX_BURST);
            room = Math.min(room, next[flow] + burst - end[flow]);
        }
        if (room >= segment) {                                                  // RFC 9293 §3.8.6.2.1 (SWS)
            grants.upTo(flow, end[flow] + room - room % segment);
        }
    }

    /** Queues the flow if it may send, and grants. Answers whether it may. */
    public boolean schedule(int flow, long nowNs) {
        grant(flow);
        boolean sendable = sendable(flow);
        if (sendable) {
            queue.submit(flow, nowNs);
        }
        return sendable;
    }

    /** Pushes the next segment of the item's flow, whole segments unless it is the last. Answers false if there is none. */
    public boolean push(LaminarMeta meta, long nowNs) {
        int flow = meta.flow();
        if (!sendable(flow)) {
            return false;
        }
        int ready = ready(flow);
        int segment = mss[flow];
        int length = Math.max(Math.min(ready, Math.min(usable(flow), Math.max(maxPayload, segment))), 0);
        if (length > segment && (length != ready || holdsLittle(flow))) {
            length -= length % segment;
        }
        if (gathering[flow] != 0 && length % segment != 0) {
            littleEnd[flow] = next[flow] + length;
        }
        int last = length == ready && finToSend(flow) ? 1 : 0;
        int seq = next[flow];
        next[flow] = seq + length + last;
        max[flow] = SequenceNumber.max(max[flow], next[flow]);
        override[flow] = false;
        meta.seq(seq);
        meta.payloadSeq(seq);
        meta.length(length);
        meta.fin(last);
        meta.hasData(length != 0 ? 1 : 0);
        meta.dataEnd(seq + length);
        meta.end(next[flow]);
        meta.flags(length != 0 && length == ready ? TcpHeader.PSH : 0);         // RFC 9293 §3.9.1.2
        if (pacing[flow] != 0) {
            queue.charge(flow, nowNs, (long) length * pacing[flow] >> 10);
        }
        schedule(flow, nowNs);
        return true;
    }
}
