package org.millrace.toe;

import java.net.InetSocketAddress;
import org.millrace.api.context.Status;
import org.millrace.memory.Addresses;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/**
 * The application's end of the event ring: tells the endpoints what the data path has announced. An event that cannot be
 * fails the context; what is left behind it is not looked at.
 *
 * <p>Owned by: the Toe's thread.
 */
final class EventReader {
    private final Toe toe;
    private final Lane lane;
    private final DescriptorRing events;
    private final EndpointTable endpoints;

    EventReader(Toe toe, Lane lane, EndpointTable endpoints) {
        this.toe = toe;
        this.lane = lane;
        this.events = lane.events;
        this.endpoints = endpoints;
    }

    /** Takes all there are. Answers how many; negative: the context has failed. */
    int read() {
        int count = events.available();
        for (int i = 0; i < count && toe.isOpen(); i++) {
            event(events.peek());
            events.next();
        }
        if (count > 0) {
            events.release();
        } else if (count < 0) {
            toe.fail("its event index is impossible");
        }
        return count;
    }

    private void event(long slot) {
        int id = events.i32(slot, Descriptor.CONNECTION);
        switch (events.u8(slot, Descriptor.TYPE)) {
            case Descriptor.BUMP -> bumped(endpoints.find(id), slot);
            case Descriptor.MESSAGE -> message(endpoints.find(id), slot);
            case Descriptor.SENT -> sent(endpoints.find(id), slot);
            case Descriptor.CONNECTED -> connected(id, slot);
            case Descriptor.LISTENING -> listening(slot);
            case Descriptor.ACCEPTED -> accepted(id, slot);
            case Descriptor.CLOSED -> {
                Status status = status(slot);
                if (endpoints.find(id) instanceof Endpoint endpoint) {
                    endpoint.fail(status == Status.OK ? Status.ABORTED : status);
                }
            }
            default -> toe.fail("it sent an event of unknown type " + events.u8(slot, Descriptor.TYPE));
        }
    }

    private void bumped(Endpoint endpoint, long slot) {
        int rx = events.i32(slot, Descriptor.RX_BYTES);
        int tx = events.i32(slot, Descriptor.TX_BYTES);
        int flags = events.u8(slot, Descriptor.FLAGS);
        if (endpoint instanceof StreamSocket stream
            && !stream.bumped(rx, tx, (flags & Descriptor.FIN) != 0, (flags & Descriptor.IDLE) != 0)) {
            toe.fail("it announced " + rx + " bytes to read and " + tx + " bytes freed, more than there can be");
        }
    }

    private void message(Endpoint endpoint, long slot) {
        if (endpoint instanceof MessageEndpoint messages
            && !messages.arrived(events.i32(slot, Descriptor.ARGUMENT), events.i32(slot, Descriptor.RX_BYTES),
                (int) events.i64(slot, Descriptor.OPAQUE), events.u16(slot, Descriptor.CODE), events.i64(slot, Descriptor.PEER_ADDRESS), events.i64(slot, Descriptor.PEER_ADDRESS + 8),
                events.u16(slot, Descriptor.PEER_PORT))) {
            toe.fail("it announced a message that the buffer cannot hold");
        }
    }

    private void sent(Endpoint endpoint, long slot) {
        if (endpoint instanceof MessageEndpoint messages && !messages.sent(events.i32(slot, Descriptor.ARGUMENT),
            (int) events.i64(slot, Descriptor.OPAQUE), status(slot))) {
            toe.fail("it is done with a message that was not sent");
        }
    }

    private void connected(int id, long slot) {
        Requester asker = endpoints.answered(events.i64(slot, Descriptor.OPAQUE));
        Status status = status(slot);
        if (status == Status.ELSEWHERE && asker instanceof StreamSocket stream) {
            toe.elsewhere(stream);
        } else if (status != Status.OK && asker != null) {
            asker.fail(status);
        } else if (status == Status.OK && asker instanceof Endpoint endpoint) {
            adopt(endpoint, id);
            toe.ready(endpoint);
        } else if (status == Status.OK) {
            adopt(new StreamSocket(toe, lane, 0, 0, null, null), id).abort();
        }
    }

    private void listening(long slot) {
        long opaque = events.i64(slot, Descriptor.OPAQUE);
        Requester asker = endpoints.asked(opaque);
        Status status = status(slot);
        if (status != Status.OK && asker != null) {
            endpoints.answered(opaque);
            asker.fail(status);
        } else if (asker instanceof ShardListener listener) {
            listener.listening(events.i32(slot, Descriptor.ARGUMENT), new InetSocketAddress(
                Addresses.read(lane.layout.region(), slot + Descriptor.LOCAL_ADDRESS),
                events.u16(slot, Descriptor.LOCAL_PORT)));
        }
    }

    private void accepted(int id, long slot) {
        Requester asker = endpoints.asked(events.i64(slot, Descriptor.OPAQUE));
        if (asker instanceof StreamSocket || status(slot) != Status.OK) {
            connected(id, slot); // handed over: nobody but the one who expects it need accept it
            return;
        }
        StreamSocket stream = adopt(new StreamSocket(toe, lane, 0, 0, null, null), id);
        stream.requested = true;
        if (asker instanceof ShardListener listener) {
            stream.hidden = true;
            listener.socket().accepted(stream);
        } else {
            stream.abort();
        }
    }

    private <E extends Endpoint> E adopt(E endpoint, int id) {
        if (!endpoints.connect(endpoint, id)) {
            toe.fail(String.format("it gave connection id %08x, which cannot be", id));
        }
        return endpoint;
    }

    private Status status(long slot) {
        return Status.of(events.u16(slot, Descriptor.CODE));
    }
}
