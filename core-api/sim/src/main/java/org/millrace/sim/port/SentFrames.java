package org.millrace.sim.port;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.port.TransmitBatch;
import org.millrace.wire.Checksum;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

/** What ports and switches do to frames on their way. */
public final class SentFrames {
    private static final ValueLayout.OfShort U16 =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private SentFrames() {
    }

    /**
     * {@return a copy of a frame to send with its checksum completed, as a port would put it on the wire if it need not
     *          cut it}
     *
     * @param batch where it is
     * @param frame its index
     */
    public static byte[] completed(TransmitBatch batch, int frame) {
        byte[] bytes = batch.copy(frame);
        int start = batch.checksumStart[frame];
        if (start != 0) {
            completeChecksum(MemorySegment.ofArray(bytes), bytes.length, start, batch.checksumOffset[frame]);
        }
        return bytes;
    }

    /**
     * Marks a frame as a congested switch does (RFC 3168 §5), in place, its header checksum with it.
     *
     * @param frame from its Ethernet header on
     * @return whether it could be marked: IPv4, and ECN-capable
     */
    public static boolean mark(byte[] frame) {
        MemorySegment whole = MemorySegment.ofArray(frame);
        if (frame.length < EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH || new EthernetHeader().wrap(whole, 0).etherType() != EthernetHeader.IPV4) {
            return false;
        }
        Ipv4Header ip = new Ipv4Header().wrap(whole, EthernetHeader.LENGTH);
        if (ip.ecn() == Ipv4Header.ECN_NOT_ECT) {
            return false;
        }
        ip.ecn(Ipv4Header.ECN_CE).writeChecksum();
        return true;
    }

    /**
     * Completes, in place, a checksum whose field holds the folded pseudo-header sum.
     *
     * @param frame  all of it
     * @param length its length, bytes
     * @param start  where the sum begins
     * @param offset where the field is
     */
    public static void completeChecksum(MemorySegment frame, int length, int start, int offset) {
        int checksum = Checksum.finish(Checksum.sum(0, frame, start, length - start));
        // 0 would say "no checksum" in UDP (RFC 768) and means the same as 0xffff in TCP
        frame.set(U16, start + offset, (short) (checksum == 0 ? 0xffff : checksum));
    }
}
