package org.millrace.runtime.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortInfo;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;

/**
 * The MAC of a machine that knows frames of the wire only: cuts the TCP super-frames that a port has received at their
 * segment size, and takes none to send.
 *
 * <p>DESIGN NOTES. A piece has headers of its own, so it is a copy, in memory allocated once. A super-frame that does not
 * fit what is left of the batch is continued by the next call; the port behind is asked again only when all it gave has
 * been handed on. A piece says that its checksum is valid and its checksum field is the super-frame's: so one whose
 * checksum nobody vouches for is summed up before it is cut. What is wrong is handed on whole, to be counted under its
 * reason; so is what is not plain TCP over IPv4.
 *
 * <p>Owned by: the data-path thread.
 */
public final class CuttingPort extends FrontPort {
    private static final int IP = EthernetHeader.LENGTH;
    private static final int LAST_ONLY = TcpHeader.FIN | TcpHeader.PSH;

    private final PortInfo info;
    private final FrameBatch arrivals;
    private final MemorySegment pieces;
    private final int stride;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private int next;
    /** Of the frame {@link #next}, if it is cut: where its TCP header begins, its length of headers, its payload, bytes. */
    private int tcpAt;
    private int headers;
    private int payload;
    /** Payload of that handed on so far, bytes. */
    private int done;

    /**
     * Wraps a port.
     *
     * @param port        what super-frames come from; closed with this
     * @param batchFrames capacity of the batches that {@link #receive} gets
     */
    public CuttingPort(Port port, int batchFrames) {
        super(port);
        info = cut(port.info());
        stride = info.mtuBytes() + EthernetHeader.LENGTH;
        arrivals = new FrameBatch(batchFrames);
        pieces = Arena.ofAuto().allocate((long) batchFrames * stride, Long.BYTES);
    }

    /** {@return a port as its cutting one presents it} */
    public static PortInfo cut(PortInfo port) {
        return new PortInfo(port.name(), port.macAddress(), port.mtuBytes(),
            Math.min(port.maxFrameBytes(), port.mtuBytes() + EthernetHeader.LENGTH), false, port.checksumOffload(),
            port.checksumTrusted());
    }

    /** {@return whether it has handed on all that it has taken from the port} */
    public boolean isEmpty() {
        return next == arrivals.count();
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        batch.clear();
        if (next == arrivals.count()) {
            next = 0;
            port.receive(arrivals);
        }
        while (next < arrivals.count() && !batch.isFull()) {
            if (done > 0 || isCuttable(next)) {
                cut(next, batch);
            } else {
                batch.add(arrivals.segment[next], arrivals.offset[next], arrivals.length[next],
                    arrivals.segmentSize[next], arrivals.flags[next]);
                next++;
            }
        }
        return batch.count();
    }

    /** Whether a frame is a super-frame that can be cut; then its lengths are noted, and looked at no more. */
    private boolean isCuttable(int frame) {
        int length = arrivals.length[frame];
        int size = arrivals.segmentSize[frame];
        if (size <= 0 || length <= IP) {
            return false;
        }
        ethernet.wrap(arrivals.segment[frame], arrivals.offset[frame]);
        if (ethernet.etherType() != EthernetHeader.IPV4) {
            return false;
        }
        ip.wrap(arrivals.segment[frame], arrivals.offset[frame] + IP);
        if (ip.check(length - IP) != HeaderFault.NONE || ip.isFragment() || ip.protocol() != Ipv4Header.TCP) {
            return false;
        }
        tcpAt = IP + ip.headerLength();
        int segment = Math.min(ip.totalLength(), length - IP) + IP - tcpAt;
        tcp.wrap(arrivals.segment[frame], arrivals.offset[frame] + tcpAt);
        if (tcp.check(segment) != HeaderFault.NONE || tcp.has(TcpHeader.SYN | TcpHeader.RST | TcpHeader.URG)) {
            return false;
        }
        headers = tcpAt + tcp.dataOffset();
        payload = segment + tcpAt - headers;
        return payload > size && headers + size <= stride
            && (isVouchedFor(frame) || tcp.checksumValid(ip.source(), ip.destination(), segment));
    }

    private boolean isVouchedFor(int frame) {
        return info.checksumTrusted() || (arrivals.flags[frame] & FrameBatch.CHECKSUM_VALID) != 0;
    }

    /** Adds pieces of a super-frame, from {@link #done} on, until there is no more of it or no room. */
    private void cut(int frame, FrameBatch batch) {
        MemorySegment memory = arrivals.segment[frame];
        long start = arrivals.offset[frame];
        int size = arrivals.segmentSize[frame];
        while (done < payload && !batch.isFull()) {
            int bytes = Math.min(size, payload - done);
            long piece = (long) batch.count() * stride;
            MemorySegment.copy(memory, start, pieces, piece, headers);
            MemorySegment.copy(memory, start + headers + done, pieces, piece + headers, bytes);
            number(piece, bytes, done / size, done + bytes == payload);
            batch.add(pieces, piece, headers + bytes, 0, FrameBatch.CHECKSUM_VALID | arrivals.flags[frame]);
            done += bytes;
        }
        if (done == payload) {
            done = 0;
            next++;
        }
    }

    /** Makes the headers those of the piece that begins at {@link #done}. */
    private void number(long piece, int bytes, int index, boolean last) {
        ip.wrap(pieces, piece + IP);
        ip.totalLength(headers - IP + bytes).identification(ip.identification() + index & 0xffff).writeChecksum();
        tcp.wrap(pieces, piece + tcpAt);
        int flags = tcp.flags();
        if (!last) {
            flags &= ~LAST_ONLY;
        }
        if (index > 0) {
            flags &= ~TcpHeader.CWR; // RFC 3168 §6.1.2: on the first new data only
        }
        tcp.sequence(tcp.sequence() + done).flags(flags);
    }
}
