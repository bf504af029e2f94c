package org.millrace.sim.fabric;

import org.millrace.sim.Actor;

/**
 * A host at a fabric: it is asked for a packet whenever its link is free, and told of each that arrives. Its kind of transport is a subclass.
 *
 * <p>DESIGN NOTES. The link asks: a host chooses at the last moment, and needs no queue of packets that it would choose otherwise by now. What its
 * software and NIC take to send is between the choice and the wire ({@link FabricConfig#sendPs}).
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public abstract class Host implements Actor {
    /** No packet. */
    protected static final int NONE = -1;
    static final int ARRIVES = 0;
    private static final int IS_FREE = 1;
    private static final int OWN = 2;

    private final Fabric fabric;
    private final int number;
    private Outgoing out;

    /**
     * A host.
     *
     * @param fabric where
     * @param number its number there
     */
    protected Host(Fabric fabric, int number) {
        this.fabric = fabric;
        this.number = number;
    }

    final void join(Outgoing outgoing) {
        out = outgoing;
    }

    /** {@return where it is} */
    public final Fabric fabric() {
        return fabric;
    }

    /** {@return its number} */
    public final int number() {
        return number;
    }

    /** {@return bytes that it has put on the wire} */
    public final long sentBytes() {
        return out.sentBytes;
    }

    @Override
    public final void act(long nowPs, int event, long argument) {
        switch (event) {
            case ARRIVES -> receive(nowPs, (int) argument);
            case IS_FREE -> {
                out.isWaiting = false;
                send(nowPs);
            }
            default -> happen(nowPs, event - OWN, argument);
        }
    }

    /**
     * Something of its own will happen.
     *
     * @param timePs   when
     * @param event    0 and up, for {@link #happen}
     * @param argument for {@link #happen}
     */
    protected final void plan(long timePs, int event, long argument) {
        fabric.agenda().at(timePs, this, event + OWN, argument);
    }

    /**
     * There may be a packet to send: it is asked for as soon as the link is free.
     *
     * @param nowPs the time
     */
    protected final void wake(long nowPs) {
        if (!out.isWaiting) {
            if (out.freePs <= nowPs) {
                send(nowPs);
            } else {
                out.isWaiting = true;
                fabric.agenda().at(out.freePs, this, IS_FREE, 0);
            }
        }
    }

    private void send(long nowPs) {
        int packet = next(nowPs);
        if (packet != NONE) {
            fabric.transmit(nowPs, out, packet);
            out.isWaiting = true;
            fabric.agenda().at(out.freePs, this, IS_FREE, 0);
        }
    }

    /**
     * {@return the packet that is sent now; {@link #NONE}: none, until {@link #wake}}
     *
     * @param nowPs the time
     */
    protected abstract int next(long nowPs);

    /**
     * A packet has arrived; the host frees it.
     *
     * @param nowPs  the time
     * @param packet which
     */
    protected abstract void receive(long nowPs, int packet);

    /**
     * Something of its own happens.
     *
     * @param nowPs    the time
     * @param event    as planned
     * @param argument as planned
     */
    protected abstract void happen(long nowPs, int event, long argument);
}
