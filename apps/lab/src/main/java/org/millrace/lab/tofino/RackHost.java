package org.millrace.lab.tofino;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.lab.agilio.NoControl;
import org.millrace.net.Route;
import org.millrace.ports.FramePort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.sim.Actor;
import org.millrace.sim.Agenda;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.Toe;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** A host of a {@link Rack}: a data path, applications on its contexts, and the NIC between. Checksums are the MACs', and are not computed. Owned by: the thread of the rack. */
final class RackHost implements Actor {
    static final long BEGIN_NS = 1_000_000_000;
    static final int FRAME = 0;
    private static final int DUE = 1;
    private static final int OWN = 2;
    private static final long NEVER_NS = Long.MAX_VALUE / 2 / Agenda.PS_PER_NS;
    private static final int MOST_ROUNDS = 100_000;
    private static final long MAC = 0x0200_0000_0000L;
    private static final Ipv4Prefix NETWORK = Ipv4Prefix.parse("10.0.0.0/24");

    final DataPath path;
    final List<Toe> contexts = new ArrayList<>();
    /** Of a software host, to the switch and from it. */
    final Link up;
    final Link down;
    private final Rack rack;
    private final int number;
    private final Kind kind;
    private final Nic nic;
    private final List<Application> applications = new ArrayList<>();
    private final Map<Endpoint, Application> owners = new HashMap<>();
    private final FramePort port;
    private long dueNs = Long.MAX_VALUE;
    private long plannedNs = Long.MAX_VALUE;
    private long inFreePs;
    private long outFreePs;

    /** Whose TCP it has. */
    enum Kind {
        LAMINAR, SOFTWARE;

        HardwareBackend hardware(HardwareBackend pipe) {
            return this == LAMINAR ? pipe : new BluefieldBackend();
        }

        TransportFactory factory() {
            if (this == LAMINAR) {
                LaminarFactory factory = new LaminarFactory();
                factory.plug(new NoControl());
                return factory;
            }
            return new FlexToeFactory();
        }
    }

    /**
     * How large it is.
     *
     * @param contexts    how many
     * @param connections of a context
     * @param bufferBytes of a connection, each way
     * @param mtu         of its frames
     * @param options     of its TCP
     */
    record Size(int contexts, int connections, int bufferBytes, int mtu, Map<String, String> options) {
        Size mtu(int bytes) {
            return new Size(contexts, connections, bufferBytes, bytes, options);
        }

        /** {@return with other values of some options} */
        Size with(Map<String, String> other) {
            Map<String, String> all = new HashMap<>(options);
            all.putAll(other);
            return new Size(contexts, connections, bufferBytes, mtu, Map.copyOf(all));
        }
    }

    /**
     * What is between the switch and an application.
     *
     * @param messagePs of each message each way: no sooner than that after the one before
     * @param delayPs   each way, with what the application takes to see it
     * @param up        link to the switch, of a software host
     * @param down      link from it
     */
    record Nic(long messagePs, long delayPs, Link.Shape up, Link.Shape down) {
        Nic up(Link.Shape other) {
            return new Nic(messagePs, delayPs, other, down);
        }

        Nic down(Link.Shape other) {
            return new Nic(messagePs, delayPs, up, other);
        }
    }

    /** What a host is made of. */
    record Parts(Kind kind, HardwareBackend hardware, Size size, Nic nic) {
    }

    /** What runs on a host. */
    interface Application {
        /** An endpoint is ready. */
        void ready(RackHost host, Endpoint endpoint);

        /** What it has planned happens. */
        void happen(RackHost host, long argument);
    }

    RackHost(Rack rack, int number, Parts parts, long seed) {
        this.rack = rack;
        this.number = number;
        kind = parts.kind;
        nic = parts.nic;
        up = new Link(nic.up, rack.dice());
        down = new Link(nic.down, rack.dice());
        Size size = parts.size;
        Ipv4Address address = Ipv4Address.parse(address());
        port = new FramePort(new PortInfo(address(), MAC + number, size.mtu, size.mtu + EthernetHeader.LENGTH, false, true, true), frame -> rack.carry(this, frame));
        path = new DataPath(new DataPathConfig(address(), parts.hardware,
            List.of(new DataPathConfig.TransportChoice(kind.factory(), size.options, List.of())), port, List.of(address),
            List.of(new Route(NETWORK, Ipv4Address.ANY, size.mtu, Map.of())),
            new Capacity(Math.max(64, size.contexts * size.connections), size.contexts), new Random(seed + number)));
        for (int i = 0; i < size.contexts; i++) {
            contexts.add(Toe.open(path.grant(new ContextSize(size.connections + 2, size.bufferBytes, size.bufferBytes, 1024))));
        }
    }

    boolean isLaminar() {
        return kind == Kind.LAMINAR;
    }

    String address() {
        return "10.0.0." + (number + 1);
    }

    /** {@return when the application sees a message that has come, picoseconds} */
    long seenPs(long nowPs) {
        inFreePs = Math.max(nowPs, inFreePs) + nic.messagePs;
        return inFreePs + nic.delayPs;
    }

    /** {@return when a message that the application writes is at the switch, picoseconds} */
    long sentPs(long writtenPs) {
        outFreePs = Math.max(writtenPs, outFreePs) + nic.messagePs;
        return outFreePs + nic.delayPs;
    }

    /** An endpoint is an application's. */
    <E extends Endpoint> E own(E endpoint, Application application) {
        owners.put(endpoint, application);
        return endpoint;
    }

    /** Something of an application's will happen. */
    void plan(long atPs, Application application, long argument) {
        if (!applications.contains(application)) {
            applications.add(application);
        }
        rack.agenda.at(atPs, this, OWN + applications.indexOf(application), argument);
    }

    long nowPs() {
        return rack.agenda.nowPs();
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        long nowNs = nowPs / Agenda.PS_PER_NS;
        switch (event) {
            case FRAME -> port.inject(rack.take((int) argument));
            case DUE -> {
                plannedNs = plannedNs <= nowNs ? Long.MAX_VALUE : plannedNs;
                if (nowNs < dueNs) { // something came before, and it is due later now
                    planDue();
                    return;
                }
            }
            default -> applications.get(event - OWN).happen(this, argument);
        }
        poll(nowNs);
    }

    /** What applications have asked for is done now. */
    void poll() {
        poll(nowPs() / Agenda.PS_PER_NS);
    }

    /** Rounds of the data path and of the applications, until nothing is left to do now. */
    private void poll(long nowNs) {
        boolean isBusy = true;
        long next = nowNs;
        for (int round = 0; isBusy; round++) {
            if (round > MOST_ROUNDS) {
                throw new IllegalStateException("busy without end");
            }
            contexts.forEach(Toe::flush);
            next = path.poll(nowNs);
            isBusy = next <= nowNs;
            for (Toe toe : contexts) {
                isBusy |= toe.poll(0) > 0;
                for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
                    owners.get(ready).ready(this, ready);
                    isBusy = true;
                }
            }
        }
        dueNs = next;
        planDue();
    }

    private void planDue() {
        if (dueNs < Math.min(plannedNs, NEVER_NS)) {
            plannedNs = dueNs;
            rack.agenda.at(dueNs * Agenda.PS_PER_NS, this, DUE, 0);
        }
    }
}
