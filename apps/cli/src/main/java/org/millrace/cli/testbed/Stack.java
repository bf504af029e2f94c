package org.millrace.cli.testbed;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.net.Route;
import org.millrace.ports.FramePort;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.toe.Toe;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;

/**
 * A data path, one application's context and their clock, which stands still but in {@link #run}.
 *
 * <p>Owned by: one thread.
 */
final class Stack implements AutoCloseable {
    private static final String NAME = "testbed";
    private static final int MAX_FRAMES = 65_536;
    private static final int MAX_ROUNDS = 10_000_000;
    private static final int MAX_ROUNDS_AT_ONCE = 100_000;

    /**
     * A frame that was sent.
     *
     * @param timeNs when
     * @param bytes  Ethernet header to payload
     */
    record Sent(long timeNs, byte[] bytes) {
    }

    final Toe toe;
    private final StackOptions options;
    private final FramePort port;
    private final DataPath path;
    private final Deque<Sent> sent = new ArrayDeque<>();
    private long nowNs;

    Stack(StackOptions options) throws TestbedException {
        this.options = options;
        nowNs = options.startNs();
        port = new FramePort(NAME, options.mac().bits(), options.mtuBytes(), this::transmitted);
        Route link = Route.onLink(options.network(), options.mtuBytes());
        try {
            path = new DataPath(new DataPathConfig(NAME, options.hardware(),
                List.of(new TransportChoice(options.program(), options.options())), port, List.of(options.address()),
                List.of(link), new Capacity(options.flows(), 1), new Random(options.seed())));
        } catch (IllegalArgumentException e) {
            throw new TestbedException(e.getMessage());
        }
        toe = Toe.open(path.grant(options.size()));
    }

    long nowNs() {
        return nowNs;
    }

    StackOptions options() {
        return options;
    }

    DataPath path() {
        return path;
    }

    int waiting() {
        return sent.size();
    }

    private void transmitted(byte[] frame) {
        if (!options.answerArp() || !answered(frame)) {
            sent.add(new Sent(nowNs, frame));
        }
    }

    /** Everybody on the link has the peer's MAC address. */
    private boolean answered(byte[] bytes) {
        MemorySegment frame = MemorySegment.ofArray(bytes);
        if (new EthernetHeader().wrap(frame, 0).etherType() != EthernetHeader.ARP) {
            return false;
        }
        ArpPacket asked = new ArpPacket().wrap(frame, EthernetHeader.LENGTH);
        if (asked.operation() == ArpPacket.REQUEST && asked.targetIp() != options.address().bits()) {
            byte[] reply = new byte[EthernetHeader.LENGTH + ArpPacket.LENGTH];
            MemorySegment to = MemorySegment.ofArray(reply);
            long mac = options.peerMac().bits();
            new EthernetHeader().wrap(to, 0).destination(options.mac().bits()).source(mac).etherType(EthernetHeader.ARP);
            new ArpPacket().wrap(to, EthernetHeader.LENGTH).initialize(ArpPacket.REPLY).sender(mac, asked.targetIp())
                .target(options.mac().bits(), options.address().bits());
            port.inject(reply);
        }
        return true;
    }

    /** A frame arrives now. */
    void inject(byte[] frame) throws TestbedException {
        port.inject(frame);
        settle();
    }

    /** Lets everything happen that happens now. */
    void settle() throws TestbedException {
        run(nowNs, 0);
    }

    /**
     * Lets time pass.
     *
     * @param untilNs when to stop
     * @param frames  stop earlier once so many frames wait, at the end of that moment; 0: do not
     */
    void run(long untilNs, int frames) throws TestbedException {
        int atOnce = 0;
        for (int rounds = 0; rounds < MAX_ROUNDS; rounds++) {
            long nextNs = round();
            if (sent.size() > MAX_FRAMES) {
                throw new TestbedException("more than " + MAX_FRAMES + " frames were sent and not taken: ask for frames");
            }
            if (nextNs <= nowNs) {
                if (++atOnce > MAX_ROUNDS_AT_ONCE) {
                    throw new TestbedException("busy without end at " + nowNs + " ns");
                }
                continue;
            }
            atOnce = 0;
            if (nowNs >= untilNs || frames > 0 && sent.size() >= frames) {
                return;
            }
            nowNs = Math.min(nextNs, untilNs);
        }
        throw new TestbedException(MAX_ROUNDS + " rounds and no end: run for less time");
    }

    private long round() {
        toe.flush();
        long nextNs = path.poll(nowNs);
        boolean busy = toe.poll(0) > 0;
        while (toe.nextReady() != null) {
            busy = true; // whoever asks sees it
        }
        toe.flush();
        return busy ? nowNs : nextNs;
    }

    /** {@return what has been sent since the last call} */
    List<Sent> take() {
        List<Sent> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }

    /** Puts another program or hardware under the connections. */
    void swap(String program, Map<String, String> choices, HardwareBackend hardware) throws TestbedException {
        TransportChoice choice = new TransportChoice(StackOptions.program(program), choices);
        try {
            Swap.now(path, SwapRequest.KEEP.transport(0, choice).hardware(hardware).warmUp(0));
        } catch (SwapException | IllegalArgumentException e) {
            throw new TestbedException(e.getMessage());
        }
        settle();
    }

    /** Without a word to the peer. */
    @Override
    public void close() {
        toe.close();
        path.close();
    }
}
