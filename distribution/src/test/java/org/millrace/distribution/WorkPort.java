package org.millrace.distribution;

import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.runtime.frame.FrontPort;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;

/**
 * Time that work takes: a data path behind this port takes so long for each call, frame and byte. Says of small frames when they leave.
 */
final class WorkPort extends FrontPort {
    /** Of the order of docs/performance.md: an echo's two frames 0.6 µs, 10 GB/s moved, a system call for a batch. */
    private static final int CALL_NS = 500;
    private static final int FRAME_NS = 300;
    private static final int BYTES_A_NS = 10;
    private static final int SMALL_BYTES = 200;

    private final LongConsumer work;
    private final IntConsumer sent;

    /**
     * @param port the port
     * @param work lets the time pass that work takes, ns
     * @param sent told of each small frame with payload that leaves, by its destination's port
     */
    WorkPort(Port port, LongConsumer work, IntConsumer sent) {
        super(port);
        this.work = work;
        this.sent = sent;
    }

    @Override
    public int receive(FrameBatch batch) {
        int count = port.receive(batch);
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += batch.length[i];
        }
        work.accept(CALL_NS + (long) FRAME_NS * count + bytes / BYTES_A_NS);
        return count;
    }

    @Override
    public int transmit(TransmitBatch batch) {
        long bytes = 0;
        for (int i = 0; i < batch.count(); i++) {
            bytes += batch.frameLength(i);
        }
        work.accept(CALL_NS + (long) FRAME_NS * batch.count() + bytes / BYTES_A_NS);
        Ipv4Header ip = new Ipv4Header();
        TcpHeader tcp = new TcpHeader();
        for (int i = 0; i < batch.count(); i++) {
            long start = batch.headerOffset(i);
            if (batch.frameLength(i) < SMALL_BYTES && batch.firstLength[i] > 0
                && ip.wrap(batch.headers, start + EthernetHeader.LENGTH).protocol() == Ipv4Header.TCP) {
                sent.accept(tcp.wrap(batch.headers, start + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH).destinationPort());
            }
        }
        return port.transmit(batch);
    }
}
