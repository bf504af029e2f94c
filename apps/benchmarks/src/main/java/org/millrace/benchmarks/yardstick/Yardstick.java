package org.millrace.benchmarks.yardstick;

import static org.millrace.benchmarks.yardstick.FlowRow.*;
import static org.millrace.benchmarks.yardstick.OnesSum.fold;
import static org.millrace.benchmarks.yardstick.OnesSum.halves;
import static org.millrace.benchmarks.yardstick.OnesSum.sum;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The four passes of a TCP echo in one class, over arrays and memory: receive a segment, answer it and tell the
 * application; take the application's request; send; receive the acknowledgement. It does for an established connection
 * without options what FlexTOE's program and the runtime do: every header is checked, checksums are verified and made unless
 * the port does that, the flow is looked up by a keyed hash, order, windows and acknowledgements are kept (one interval out
 * of order), round trips are timed, flows wait in a scheduler and in a list for their retransmission, a request is read once
 * and then checked. What it cannot do itself it counts in {@link #slow}: there a control plane would come in.
 *
 * <p>Rings are of descriptors of 32 bytes behind two indices: event: word 0 type 8, connection 32 from bit 32; word 1
 * received bytes, sent bytes from bit 32; words 2 and 3 are 0. A request looks the same.
 *
 * <p>Owned by: one thread.
 */
public final class Yardstick {
    /** Bytes of a descriptor. */
    public static final int DESCRIPTOR = 32;
    /** Offset of the first descriptor in a ring; the producer's index is at 0, the consumer's at 64. */
    public static final int SLOTS = 128;
    /** Descriptors in a ring. */
    public static final int RING = 4096;
    /** Bytes of a payload ring. */
    public static final int BUFFER = 4096;
    /** Bytes between two frames' headers in {@link #headers}. */
    public static final int FRAME = 256;
    /** Type of every descriptor here. */
    public static final int BUMP = 1;

    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle INDEX = ValueLayout.JAVA_LONG.varHandle();
    private static final long LOW = 0xffff_ffffL;

    private static final int TCP = 34;
    private static final int PAYLOAD = 54;
    private static final int MSS = 1460;
    private static final int FIN_SYN_RST_ACK = 0x17;
    private static final int ACK = 0x10;
    private static final int PSH = 8;
    private static final int ECE_CWR = 0xc0;
    private static final long RTO_NS = 200_000_000;

    /** A flow's headers: four words of 8 bytes as sent, then the partial sums of the IP and the TCP header. */
    private static final int TEMPLATE = 8;
    private static final int IP_SUM = 4;
    private static final int TCP_SUM = 5;

    /** Headers of the frames to send, {@value #FRAME} bytes each. */
    public final MemorySegment headers;
    /** Payload of the frames to send: bytes, in one or two spans of {@link #region}. */
    public final int[] firstLength;
    /** Where the first span is. */
    public final long[] firstOffset;
    /** Bytes of the second span. */
    public final int[] secondLength;
    /** Where it is. */
    public final long[] secondOffset;
    /** Frames to send; the caller sets it to 0 when they are sent. */
    public int sent;
    /** Segments and requests that are not an established connection's common case, or are wrong. */
    public long slow;
    /** The memory shared with the application. */
    public final MemorySegment region;

    private final boolean softwareChecksums;
    private final long mac;
    private final int address;
    private final int[] keys;
    private final int mask;
    private final long seed;
    private final int[] rows;
    private final long[] templates;
    private final long events;
    private final long requests;
    private final long payload;
    private final int[] dirty;
    private int dirtyCount;
    private long eventTail;
    private long requestHead;
    private int queueHead;
    private int queueTail;
    private int watchHead;
    private int watchTail;

    /**
     * Makes one without connections.
     *
     * @param flows             most connections
     * @param batch             most frames to send at once
     * @param headers           memory for their headers
     * @param region            memory of {@link #bytes} bytes, zero
     * @param mac               own Ethernet address
     * @param address           own IPv4 address
     * @param softwareChecksums whether TCP checksums are verified and made here; else the port does it
     * @param seed              of the flow hash
     */
    public Yardstick(int flows, int batch, MemorySegment headers, MemorySegment region, long mac, int address,
                     boolean softwareChecksums, long seed) {
        this.headers = headers;
        this.region = region;
        this.mac = mac;
        this.address = address;
        this.softwareChecksums = softwareChecksums;
        keys = FlowIndex.of(flows);
        mask = keys.length / 4 - 1;
        this.seed = seed;
        firstLength = new int[batch];
        firstOffset = new long[batch];
        secondLength = new int[batch];
        secondOffset = new long[batch];
        rows = new int[LEAD + (flows + 1) * ROW];
        templates = new long[(flows + 1) * TEMPLATE];
        dirty = new int[flows];
        events = 0;
        requests = SLOTS + (long) RING * DESCRIPTOR;
        payload = 2 * requests;
    }

    /**
     * {@return bytes of the region for so many flows}
     *
     * @param flows most connections
     */
    public static long bytes(int flows) {
        return 2 * (SLOTS + (long) RING * DESCRIPTOR) + 2L * (flows + 1) * BUFFER;
    }

    /** {@return where the ring of events is in the region} */
    public long events() {
        return events;
    }

    /** {@return where the ring of requests is in the region} */
    public long requests() {
        return requests;
    }

    /**
     * Adds an established connection.
     *
     * @param flow    its number, from 1
     * @param id      the application's name for it
     * @param peerMac the peer's Ethernet address
     * @param peer    its IPv4 address
     * @param ports   own port 16, peer's port 16
     * @param receive first sequence number to receive
     * @param send    first sequence number to send
     */
    public void establish(int flow, int id, long peerMac, int peer, int ports, int receive, int send) {
        int row = LEAD + flow * ROW;
        Arrays.fill(rows, row, row + ROW, 0);
        rows[row + UNA] = rows[row + NEXT] = rows[row + MAX] = rows[row + FIRST_SENT] = send;
        rows[row + RECEIVED] = rows[row + WINDOW_SEQ] = rows[row + FIRST_RECEIVED] = receive;
        rows[row + FREE] = BUFFER;
        rows[row + EDGE] = receive + BUFFER;
        rows[row + PEER_WINDOW] = 65_535;
        rows[row + WINDOW] = 10 * MSS;
        rows[row + ID] = id;
        int t = flow * TEMPLATE;
        templates[t] = peerMac << 16 | mac >>> 32;
        templates[t + 1] = mac << 32 | 0x0800_4500L;
        templates[t + 2] = 0x0000_0000_4000_4006L;
        templates[t + 3] = (long) address << 32 | peer & LOW;
        templates[t + IP_SUM] = 0x4500 + 0x4000 + 0x4006 + (address & LOW) + (peer & LOW);
        templates[t + TCP_SUM] = (address & LOW) + (peer & LOW) + 6 + (ports & LOW);
        templates[t + 6] = ports;
        FlowIndex.add(keys, mask, seed, address, peer, ports, flow);
    }

    /**
     * Takes a received frame.
     *
     * @param memory where it is
     * @param at     its offset
     * @param length its bytes
     * @param nowNs  the time
     */
    public void receive(MemorySegment memory, long at, int length, long nowNs) {
        if (length < PAYLOAD) {
            slow++;
            return;
        }
        long word0 = memory.get(I64, at);
        long word8 = memory.get(I64, at + 8);
        long word16 = memory.get(I64, at + 16);
        long addresses = memory.get(I64, at + 26);
        int total = (int) (word16 >>> 48);
        int local = (int) addresses;
        int peer = (int) (addresses >>> 32);
        long sum = (word8 & 0xffff) + (memory.get(U16, at + 24) & 0xffff) + halves(word16) + halves(addresses);
        if (word0 >>> 16 != mac || (word8 & 0xffff_ff00L) != 0x0800_4500L || (word16 & 0x3fff_00ffL) != 6
            || total < 40 || total > length - 14 || fold(sum) != 0xffff || local != address || peer == address
            || peer >>> 24 == 0 || peer >>> 24 >= 224) {
            slow++;
            return;
        }
        long word34 = memory.get(I64, at + TCP);
        long word42 = memory.get(I64, at + TCP + 8);
        int bytes = total - 20;
        int header = (int) (word42 >>> 28 & 15) << 2;
        if (header < 20 || header > bytes) {
            slow++;
            return;
        }
        if (softwareChecksums && fold((addresses >>> 32) + (addresses & LOW) + 6 + bytes + sum(memory, at + TCP, bytes)) != 0xffff) {
            slow++;
            return;
        }
        int ports = Integer.rotateLeft((int) (word34 >>> 32), 16);
        int flow = FlowIndex.find(keys, mask, seed, local, peer, ports);
        if (flow == 0 || header != 20 || (word42 >>> 16 & FIN_SYN_RST_ACK) != ACK || (word42 >>> 16 & ECE_CWR) != 0
            || (word8 & 3) == 3) {
            slow++;
            return;
        }
        segment(flow, memory, at + PAYLOAD, (int) word34, (int) (word42 >>> 32), (int) word42 & 0xffff, bytes - header, nowNs);
    }

    private void segment(int flow, MemorySegment memory, long from, int seq, int ack, int window, int length, long nowNs) {
        int[] r = rows;
        int row = LEAD + flow * ROW;
        int una = r[row + UNA];
        int max = r[row + MAX];
        int received = r[row + RECEIVED];
        int free = r[row + FREE];
        if (ack - max > 0 || una - ack > 65_535) {
            slow++;
            return;
        }
        boolean acceptable = length == 0 ? seq - received >= 0 && seq - received <= free
            : free == 0 ? seq == received : seq + length - received > 0 && seq - (received + free) < 0;
        boolean answer = length != 0;
        r[row + SEGMENTS]++;
        if (acceptable) {
            acknowledged(flow, row, seq, ack, una, max, window, length, nowNs);
            if (length != 0) {
                payload(flow, row, memory, from, seq, length, received, free);
            }
            if (sendable(row)) {
                submit(flow, row);
            }
        }
        if (answer || !acceptable) {
            acknowledge(flow, row);
        }
    }

    private void acknowledged(int flow, int row, int seq, int ack, int una, int max, int window, int length, long nowNs) {
        int[] r = rows;
        int acked = ack - una;
        if (acked > 0) {
            int skipped = ack - r[row + NEXT];
            if (skipped > 0) {
                r[row + NEXT] = ack;
                r[row + READY] -= skipped;
            }
            r[row + UNA] = ack;
            r[row + DUPLICATES] = 0;
            r[row + ACKED] += acked;
            r[row + TX_PENDING] += acked;
            r[row + WATCH_US] = (int) ((nowNs + RTO_NS) / 1000);
            markDirty(flow, row);
            if ((r[row + FLAGS] & TIMING) != 0 && ack - r[row + TIMED_END] >= 0) {
                r[row + FLAGS] &= ~TIMING;
                r[row + RTT_SUM] += Math.max((int) (nowNs / 1000) - r[row + TIMED_US], 1);
                r[row + RTT_SAMPLES]++;
            }
        } else if (acked == 0 && max != una && length == 0 && window == r[row + PEER_WINDOW]
            && ++r[row + DUPLICATES] == 3) {
            goBack(row);
        }
        if (acked >= 0 && seq - r[row + WINDOW_SEQ] >= 0) {
            r[row + PEER_WINDOW] = window;
            r[row + WINDOW_SEQ] = seq;
        }
    }

    private void goBack(int row) {
        int[] r = rows;
        r[row + READY] += r[row + NEXT] - r[row + UNA];
        r[row + NEXT] = r[row + UNA];
        r[row + FLAGS] &= ~TIMING;
    }

    private void payload(int flow, int row, MemorySegment memory, long frame, int start, int bytes, int received, int free) {
        int[] r = rows;
        int seq = start;
        int length = bytes;
        long from = frame;
        int old = received - seq;
        if (old > 0) {
            seq = received;
            length -= old;
            from += old;
        }
        length = Math.min(length, received + free - seq);
        if (length <= 0) {
            return;
        }
        int end = seq + length;
        if (seq == received) {
            if (r[row + OOO_LENGTH] != 0 && r[row + OOO_START] - end <= 0) {
                int oooEnd = r[row + OOO_START] + r[row + OOO_LENGTH];
                end = oooEnd - end > 0 ? oooEnd : end;
                r[row + OOO_LENGTH] = 0;
            }
            r[row + RECEIVED] = end;
            r[row + FREE] = free - (end - seq);
            r[row + RX_PENDING] += end - seq;
            markDirty(flow, row);
        } else if (r[row + OOO_LENGTH] == 0) {
            r[row + OOO_START] = seq;
            r[row + OOO_LENGTH] = length;
        } else {
            int oooStart = r[row + OOO_START];
            int oooEnd = oooStart + r[row + OOO_LENGTH];
            if (seq - oooEnd > 0 || end - oooStart < 0) {
                slow++;
                return;
            }
            r[row + OOO_START] = seq - oooStart < 0 ? seq : oooStart;
            r[row + OOO_LENGTH] = (end - oooEnd > 0 ? end : oooEnd) - r[row + OOO_START];
        }
        long ring = payload + 2L * flow * BUFFER;
        int position = seq - r[row + FIRST_RECEIVED] & BUFFER - 1;
        int before = Math.min(length, BUFFER - position);
        MemorySegment.copy(memory, from, region, ring + position, before);
        if (before < length) {
            MemorySegment.copy(memory, from + before, region, ring, length - before);
        }
    }

    private void markDirty(int flow, int row) {
        if ((rows[row + FLAGS] & DIRTY) == 0) {
            rows[row + FLAGS] |= DIRTY;
            dirty[dirtyCount++] = flow;
        }
    }

    /** RFC 9293 §3.8.6.2.1: a whole segment, or all there is, or half the window. */
    private boolean sendable(int row) {
        int[] r = rows;
        int ready = r[row + READY];
        if (ready == 0) {
            return false;
        }
        int usable = usable(row);
        return usable >= ready || usable >= MSS || usable > 0 && usable >= r[row + PEER_WINDOW] / 2;
    }

    private int usable(int row) {
        return rows[row + UNA] + Math.min(rows[row + PEER_WINDOW], rows[row + WINDOW]) - rows[row + NEXT];
    }

    private void submit(int flow, int row) {
        int[] r = rows;
        if ((r[row + FLAGS] & QUEUED) != 0) {
            return;
        }
        r[row + FLAGS] |= QUEUED;
        r[row + QUEUE_LINK] = 0;
        if (queueHead == 0) {
            queueHead = flow;
        } else {
            r[LEAD + queueTail * ROW + QUEUE_LINK] = flow;
        }
        queueTail = flow;
    }

    private void acknowledge(int flow, int row) {
        write(flow, row, rows[row + MAX], ACK, 0, 0, 0, 0);
    }

    /** Writes a frame's headers and says where its payload is. */
    private void write(int flow, int row, int seq, int flags, long first, int firstBytes, long second, int secondBytes) {
        int[] r = rows;
        int frame = sent++;
        long at = (long) frame * FRAME;
        int t = flow * TEMPLATE;
        int bytes = firstBytes + secondBytes;
        int window = Math.min(r[row + FREE], 65_535);
        int ack = r[row + RECEIVED];
        r[row + EDGE] = ack + window;
        long total = 40 + bytes;
        long addresses = templates[t + 3];
        long word42 = (long) ack << 32 | 0x5000_0000L | flags << 16 | window;
        headers.set(I64, at, templates[t]);
        headers.set(I64, at + 8, templates[t + 1]);
        headers.set(I64, at + 16, templates[t + 2] | total << 48);
        headers.set(U16, at + 24, (short) ~fold(templates[t + IP_SUM] + total));
        headers.set(I64, at + 26, addresses);
        headers.set(I64, at + TCP, templates[t + 6] << 32 | seq & LOW);
        headers.set(I64, at + TCP + 8, word42);
        long sum = templates[t + TCP_SUM] + 20 + bytes;
        int checksum;
        if (softwareChecksums) {
            sum += (seq & LOW) + (word42 >>> 32) + (word42 & LOW);
            if (firstBytes != 0) {
                sum += sum(region, first, firstBytes);
            }
            if (secondBytes != 0) {
                int rest = sum(region, second, secondBytes);
                sum += (firstBytes & 1) == 0 ? rest : (rest & 0xff) << 8 | rest >>> 8;
            }
            checksum = ~fold(sum);
        } else {
            checksum = fold(sum - (templates[t + 6] & LOW));
        }
        headers.set(I32, at + TCP + 16, checksum << 16);
        firstOffset[frame] = first;
        firstLength[frame] = firstBytes;
        secondOffset[frame] = second;
        secondLength[frame] = secondBytes;
    }

    /**
     * Takes the application's requests.
     *
     * @param nowNs the time
     */
    public void requests(long nowNs) {
        long tail = (long) INDEX.getAcquire(region, requests);
        if (tail - requestHead < 0 || tail - requestHead > RING) {
            slow++;
            return;
        }
        if (tail == requestHead) {
            return;
        }
        for (; requestHead != tail; requestHead++) {
            long at = requests + SLOTS + (requestHead & RING - 1) * DESCRIPTOR;
            long word0 = region.get(WORD, at);
            long word1 = region.get(WORD, at + 8);
            long rest = region.get(WORD, at + 16) | region.get(WORD, at + 24);
            request(word0, (int) word1, (int) (word1 >>> 32), rest, nowNs);
        }
        INDEX.setRelease(region, requests + 64, requestHead);
    }

    private void request(long word0, int received, int appended, long rest, long nowNs) {
        int[] r = rows;
        int id = (int) (word0 >>> 32);
        int flow = id & 0xff_ffff;
        int row = LEAD + flow * ROW;
        if ((int) word0 != BUMP || rest != 0 || flow == 0 || row + ROW > r.length || r[row + ID] != id || received < 0
            || received > r[row + RX_HELD] || appended < 0 || appended > BUFFER - r[row + TX_HELD]) {
            slow++;
            return;
        }
        r[row + RX_HELD] -= received;
        r[row + TX_HELD] += appended;
        r[row + READY] += appended;
        r[row + FREE] += received;
        int left = r[row + EDGE] - r[row + RECEIVED];
        int gain = Math.min(r[row + FREE], 65_535) - left;
        int step = Math.min(2 * MSS, BUFFER / 2);
        if (gain >= step && (left < step || gain >= BUFFER / 4)) {
            acknowledge(flow, row);
        }
        if (sendable(row)) {
            submit(flow, row);
        }
    }

    /**
     * Sends for flows that may.
     *
     * @param budget segments at most
     * @param nowNs  the time
     */
    public void transmit(int budget, long nowNs) {
        int[] r = rows;
        for (int n = budget; n > 0 && queueHead != 0 && sent < firstLength.length; n--) {
            int flow = queueHead;
            int row = LEAD + flow * ROW;
            queueHead = r[row + QUEUE_LINK];
            r[row + FLAGS] &= ~QUEUED;
            if (sendable(row)) {
                send(flow, row, nowNs);
            }
        }
    }

    private void send(int flow, int row, long nowNs) {
        int[] r = rows;
        int seq = r[row + NEXT];
        int ready = r[row + READY];
        int length = Math.min(Math.min(ready, MSS), usable(row));
        int end = seq + length;
        r[row + READY] = ready - length;
        r[row + NEXT] = end;
        int us = (int) (nowNs / 1000);
        int flags = r[row + FLAGS];
        if (seq - r[row + MAX] < 0) {
            flags &= ~TIMING;
        } else if ((flags & TIMING) == 0) {
            flags |= TIMING;
            r[row + TIMED_END] = end;
            r[row + TIMED_US] = us;
        }
        if (end - r[row + MAX] > 0) {
            r[row + MAX] = end;
        }
        r[row + FLAGS] = flags;
        if ((flags & WATCHED) == 0) {
            watch(flow, row);
        }
        r[row + WATCH_US] = us + (int) (RTO_NS / 1000);
        long ring = payload + (2L * flow + 1) * BUFFER;
        int position = seq - r[row + FIRST_SENT] & BUFFER - 1;
        int before = Math.min(length, BUFFER - position);
        write(flow, row, seq, ready == length ? ACK | PSH : ACK, ring + position, before, ring, length - before);
        if (sendable(row)) {
            submit(flow, row);
        }
    }

    private void watch(int flow, int row) {
        int[] r = rows;
        r[row + FLAGS] |= WATCHED;
        r[row + WATCH_LINK] = 0;
        if (watchHead == 0) {
            watchHead = flow;
        } else {
            r[LEAD + watchTail * ROW + WATCH_LINK] = flow;
        }
        watchTail = flow;
    }

    /**
     * Looks after flows whose time has come: sends again what is not acknowledged, forgets those that have nothing in flight.
     *
     * @param nowNs the time
     */
    public void timers(long nowNs) {
        int[] r = rows;
        while (watchHead != 0) {
            int flow = watchHead;
            int row = LEAD + flow * ROW;
            if (r[row + WATCH_US] - (int) (nowNs / 1000) > 0) {
                return;
            }
            watchHead = r[row + WATCH_LINK];
            r[row + FLAGS] &= ~WATCHED;
            if (r[row + UNA] != r[row + MAX]) {
                goBack(row);
                submit(flow, row);
            }
        }
    }

    /** Tells the application what has come and what is free again. */
    public void tell() {
        if (dirtyCount == 0) {
            return;
        }
        int[] r = rows;
        long room = RING - (eventTail - (long) INDEX.getAcquire(region, events + 64));
        if (room < dirtyCount || room > RING) {
            slow++;
            return;
        }
        for (int i = 0; i < dirtyCount; i++) {
            int row = LEAD + dirty[i] * ROW;
            long at = events + SLOTS + (eventTail++ & RING - 1) * DESCRIPTOR;
            region.set(WORD, at, (long) r[row + ID] << 32 | BUMP);
            region.set(WORD, at + 8, r[row + RX_PENDING] & LOW | (long) r[row + TX_PENDING] << 32);
            region.set(WORD, at + 16, 0);
            region.set(WORD, at + 24, 0);
            r[row + FLAGS] &= ~DIRTY;
            r[row + RX_HELD] += r[row + RX_PENDING];
            r[row + TX_HELD] -= r[row + TX_PENDING];
            r[row + RX_PENDING] = 0;
            r[row + TX_PENDING] = 0;
        }
        dirtyCount = 0;
        INDEX.setRelease(region, events, eventTail);
    }
}
