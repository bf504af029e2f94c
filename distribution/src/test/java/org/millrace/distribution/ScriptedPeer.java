package org.millrace.distribution;

import java.util.Arrays;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.FrameText;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

/**
 * A TCP peer that sends what the test says, well-formed and with the right numbers, and keeps count of what it is sent.
 * Its segments reach the host under test at once; one connection at a time.
 */
final class ScriptedPeer implements Runnable {
    private final Port port;
    private final InjectPort to;
    private final Endpoint address;
    private final Endpoint target;
    private final FrameBatch batch = new FrameBatch(64);
    private final Pattern incoming;
    Endpoint own;
    Endpoint other;
    boolean timestamps;
    /** SND.NXT. */
    int seq;
    /** RCV.NXT. */
    int ack;
    /** Whether a SYN came. */
    boolean synchronised;
    int tsValue;
    /** Payload bytes received in order. */
    long received;
    boolean reset;
    boolean ended;

    /**
     * @param port     where it receives
     * @param to       where it sends
     * @param address  its addresses
     * @param target   the host under test
     * @param incoming what that sends
     */
    ScriptedPeer(Port port, InjectPort to, Endpoint address, Endpoint target, Pattern incoming) {
        this.port = port;
        this.to = to;
        this.address = address;
        this.target = target;
        this.incoming = incoming;
        begin(0, 0, 0, false);
    }

    /** Forgets the connection before. */
    void begin(int ownPort, int otherPort, int isn, boolean withTimestamps) {
        own = address.atPort(ownPort);
        other = target.atPort(otherPort);
        seq = isn;
        ack = 0;
        tsValue = isn ^ 0x5555;
        timestamps = withTimestamps;
        synchronised = false;
        received = 0;
        reset = false;
        ended = false;
    }

    /** Takes what has come; answers ARP, never TCP. */
    @Override
    public void run() {
        while (port.receive(batch) > 0) {
            for (int i = 0; i < batch.count(); i++) {
                take(ParsedFrame.of(Frames.copy(batch, i)));
            }
        }
    }

    private void take(ParsedFrame frame) {
        if (frame.arp() != null && frame.arp().targetIp() == address.address()) {
            Endpoint asker = new Endpoint(frame.ethernet().source(), frame.arp().senderIp(), 0);
            to.inject(FrameBuilder.arpReply(address, asker), 0);
        }
        if (frame.tcp() == null || frame.destination().address() != address.address()
            || frame.destination().port() != own.port()) {
            return;
        }
        if (!frame.ipChecksumValid() || !frame.transportChecksumValid()) {
            throw new AssertionError("sent with a bad checksum: " + FrameText.describe(frame));
        }
        segment(frame.tcp(), frame.payload(), frame.source());
    }

    private void segment(TcpHeader tcp, byte[] payload, Endpoint from) {
        if (tcp.has(TcpHeader.RST)) {
            reset = true;
            return;
        }
        if (tcp.has(TcpHeader.SYN)) {
            other = target.atPort(from.port());
            ack = tcp.sequence() + 1;
            synchronised = true;
            return;
        }
        int old = ack - tcp.sequence();
        int fresh = payload.length - old;
        if (old >= 0 && fresh >= 0 && !ended) {
            byte[] bytes = Arrays.copyOfRange(payload, old, payload.length);
            incoming.check(received, bytes, fresh);
            received += fresh;
            ack += fresh;
            if (tcp.has(TcpHeader.FIN)) {
                ack++;
                ended = true;
            }
        }
    }

    /** {@return a segment at the right place, not yet sent} */
    FrameBuilder segment(int flags, byte[] payload) {
        FrameBuilder builder = FrameBuilder.tcp().from(own).to(other).seq(seq).flags(flags).window(8192)
            .payload(payload);
        if ((flags & TcpHeader.ACK) != 0) {
            builder.ack(ack);
        }
        if ((flags & TcpHeader.SYN) != 0) {
            builder.mss(1460).windowScale(3);
        }
        return timestamps ? builder.timestamps(tsValue, 0) : builder;
    }

    /** Sends a segment at the right place and counts it as sent. */
    void send(int flags, byte[] payload) {
        tsValue++;
        to.inject(segment(flags, payload).build(), 0);
        seq += payload.length + Integer.bitCount(flags & (TcpHeader.SYN | TcpHeader.FIN));
    }

    void send(int flags) {
        send(flags, new byte[0]);
    }
}
