package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.runtime.frame.FrontPort;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;

/** A port whose received frames pass somebody who looks at them and may change them. */
final class TapPort extends FrontPort {
    private final Tap tap;

    /** Looks at a received frame of TCP over IPv4 without IP options. */
    @FunctionalInterface
    interface Tap {
        void segment(Ipv4Header ip, TcpHeader tcp);
    }

    /** A switch that marks instead of dropping: one of every so many ECT segments gets CE. */
    static final class Marker implements Tap {
        private final int every;
        long capable;
        long marked;

        Marker(int every) {
            this.every = every;
        }

        @Override
        public void segment(Ipv4Header ip, TcpHeader tcp) {
            if (ip.ecn() != 0 && ++capable % every == 0) {
                ip.ecn(Ipv4Header.ECN_CE).writeChecksum();
                marked++;
            }
        }
    }

    TapPort(Port port, Tap tap) {
        super(port);
        this.tap = tap;
    }

    @Override
    public int receive(FrameBatch batch) {
        int count = port.receive(batch);
        for (int i = 0; i < count; i++) {
            MemorySegment frame = batch.segment[i];
            long start = batch.offset[i];
            Ipv4Header ip = new Ipv4Header().wrap(frame, start + EthernetHeader.LENGTH);
            if (new EthernetHeader().wrap(frame, start).etherType() == EthernetHeader.IPV4
                && ip.protocol() == Ipv4Header.TCP) {
                tap.segment(ip, new TcpHeader().wrap(frame, start + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH));
            }
        }
        return count;
    }
}
