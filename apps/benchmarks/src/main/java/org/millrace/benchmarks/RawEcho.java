package org.millrace.benchmarks;

import java.net.InetAddress;
import org.millrace.api.context.ContextGrant;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/** An echo that only answers descriptors, so that next to nothing but the data path is measured. */
final class RawEcho implements EchoApplication {
    private final ContextLayout layout;
    private final DescriptorRing requests;
    private final DescriptorRing events;
    private int connections;

    RawEcho(ContextGrant grant) {
        layout = ContextLayout.attach(grant.region());
        requests = new DescriptorRing(layout.region(), layout.requestRing(), layout.size().ringSlots());
        events = new DescriptorRing(layout.region(), layout.eventRing(), layout.size().ringSlots());
    }

    @Override
    public void listen(InetAddress address, int port, int backlog) {
        long slot = requests.claim();
        requests.u8(slot, Descriptor.TYPE, Descriptor.LISTEN);
        requests.i32(slot, Descriptor.ARGUMENT, backlog);
        requests.u16(slot, Descriptor.LOCAL_PORT, port);
        Addresses.write(layout.region(), slot + Descriptor.LOCAL_ADDRESS, address);
        Addresses.write(layout.region(), slot + Descriptor.PEER_ADDRESS, InetAddress.ofLiteral("0.0.0.0"));
        requests.i64(slot, Descriptor.PEER_ADDRESS, 0);
        requests.i64(slot, Descriptor.PEER_ADDRESS + 8, 0);
        requests.publish();
    }

    @Override
    public void echo() {
        for (int n = events.available(); n > 0; n--) {
            long event = events.peek();
            int received = events.i32(event, Descriptor.RX_BYTES);
            if (events.u8(event, Descriptor.TYPE) == Descriptor.ACCEPTED) {
                connections++;
            } else if (received != 0) {
                long request = requests.claim();
                requests.u8(request, Descriptor.TYPE, Descriptor.BUMP);
                requests.i32(request, Descriptor.CONNECTION, events.i32(event, Descriptor.CONNECTION));
                requests.i32(request, Descriptor.RX_BYTES, received);
                requests.i32(request, Descriptor.TX_BYTES, received);
            }
            events.next();
        }
        events.release();
        requests.publish();
    }

    @Override
    public int connections() {
        return connections;
    }
}
