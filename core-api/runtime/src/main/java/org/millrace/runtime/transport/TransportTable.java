package org.millrace.runtime.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.millrace.runtime.trace.TraceRing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transports of a data path: in the places that applications number, and behind those the retiring ones, which a
 * swap for new streams only has left with the connections that they have. There are as many places as at the
 * beginning, and each is taken; a retiring transport shares the flows of its place and goes with its last connection.
 *
 * <p>Owned by: the data-path thread.
 */
public final class TransportTable {
    private static final Logger LOG = LoggerFactory.getLogger(TransportTable.class);
    /** How often retiring transports are looked at. */
    private static final long RETIRE_NS = 100_000_000;

    private final String instance;
    private final List<LoadedTransport<?>> transports = new ArrayList<>();
    private final Map<String, TransportCounters> former = new TreeMap<>();
    private int places;
    private long nextRetireNs;

    /** @param instance for the log */
    public TransportTable(String instance) {
        this.instance = instance;
    }

    /** Gives a transport the next place. Before the first round only. */
    public void add(LoadedTransport<?> transport) {
        transports.add(transport);
        places = transports.size();
        transport.host.flows().attach(transport);
    }

    /** {@return those in their places, then those that retire; what is there at any time, to be read only} */
    public List<LoadedTransport<?>> all() {
        return transports;
    }

    /** Keeps what a transport has counted that has left its place. What extensions count is state, and comes along or goes. */
    public void remember(LoadedTransport<?> old) {
        former.computeIfAbsent(old.host.name(), name -> new TransportCounters()).add(old.counters, old.own());
    }

    /** {@return what those have counted that have left their places, by name} */
    public Map<String, TransportCounters> former() {
        return former;
    }

    /** {@return number of places} */
    public int places() {
        return places;
    }

    /** {@return the transport in a place} */
    public LoadedTransport<?> at(int place) {
        return transports.get(place);
    }

    /** {@return whether any has so many flows that a batch is worth a look ahead, see {@link LoadedTransport#isFar}} */
    public boolean areFar() {
        boolean far = false;
        for (int i = 0; i < transports.size(); i++) {
            far |= transports.get(i).isFar();
        }
        return far;
    }

    /** {@return those in their places} */
    public List<LoadedTransport<?>> placed() {
        return transports.subList(0, places);
    }

    /** {@return those that retire} */
    public List<LoadedTransport<?>> retiring() {
        return transports.subList(places, transports.size());
    }

    /** {@return their names, as applications number them} */
    public List<String> names() {
        return placed().stream().map(transport -> transport.host.name()).toList();
    }

    /** {@return what their trace points have recorded since the last call} */
    public List<TraceRing.Batch> records() {
        return transports.stream().map(transport -> transport.added.ring()).filter(Objects::nonNull)
            .map(TraceRing::take).toList();
    }

    /** Makes an item of each flow that is due, within the budget of each transport. Answers whether there was one. */
    public boolean transmit(int budget, long nowNs) {
        boolean any = false;
        for (int i = 0; i < transports.size(); i++) {
            any |= transports.get(i).transmit(budget, nowNs) > 0;
        }
        return any;
    }

    /** The batch is over: what waits in a machine keeps its frames. */
    public void keep() {
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).keep();
        }
    }

    /** What machines do on other threads is done when this returns. */
    public void settle(long nowNs) {
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).settle(nowNs);
        }
    }

    /** It is over with all of them. */
    public void close() {
        transports.forEach(LoadedTransport::close);
    }

    /** Lets every machine run on as far as it can by now. */
    public void drain(long nowNs) {
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).drain(nowNs);
        }
    }

    /** Lets all come out of every machine that comes to an end. Answers whether they are empty. */
    public boolean quiesce(long nowNs) {
        boolean empty = true;
        for (LoadedTransport<?> transport : transports) {
            empty &= transport.quiesce(nowNs);
        }
        return empty;
    }

    /** Lets the control planes act on what they have noted, then lets go of those that have retired. */
    public void advanceControl(long nowNs) {
        for (int i = 0; i < transports.size(); i++) {
            transports.get(i).advanceControl(nowNs);
        }
        if (transports.size() > places && nowNs >= nextRetireNs) {
            nextRetireNs = nowNs + RETIRE_NS;
            retire();
        }
    }

    /** {@return when the first of them wants a round at the latest} */
    public long deadlineNs() {
        long deadlineNs = transports.size() > places ? nextRetireNs : Long.MAX_VALUE;
        for (int i = 0; i < transports.size(); i++) {
            deadlineNs = Math.min(deadlineNs, transports.get(i).deadlineNs());
        }
        return deadlineNs;
    }

    /** Something has happened that all control planes will want to act on. */
    public void wakeControl() {
        for (LoadedTransport<?> transport : transports) {
            transport.wakeControl();
        }
    }

    /** Drops the listeners of a context whose application is gone; its connections finish. */
    public void contextLeft(int context, long nowNs) {
        for (LoadedTransport<?> transport : transports) {
            transport.control.contextLeft(context, nowNs);
            transport.wakeControl();
        }
    }

    /** Resets the connections of a context that ends. */
    public void contextClosed(int context, long nowNs) {
        for (LoadedTransport<?> transport : transports) {
            transport.control.contextClosed(context, nowNs);
            transport.wakeControl();
        }
    }

    /**
     * Puts a transport where another is. Nothing here can fail.
     *
     * @param newOnly whether the other, if it has a place, retires with its connections rather than go
     */
    public void replace(LoadedTransport<?> old, LoadedTransport<?> fresh, boolean newOnly) {
        int index = transports.indexOf(old);
        transports.set(index, fresh);
        FlowMap flows = fresh.host.flows();
        if (index >= places) {
            flows.replace(old, fresh);
            return;
        }
        if (newOnly) {
            flows.keep();
            transports.add(old);
        }
        flows.attach(fresh);
    }

    /** Lets go of transports all of whose connections have ended, and whose machines are empty. */
    private void retire() {
        for (int i = transports.size() - 1; i >= places; i--) {
            LoadedTransport<?> transport = transports.get(i);
            if (transport.host.flows().count(transport) == 0 && transport.isForgotten() && transport.isIdle()) {
                transports.remove(i);
                transport.close();
                LOG.info("{}: {} has retired", instance, transport.host.name());
            }
        }
        for (LoadedTransport<?> placed : placed()) {
            FlowMap flows = placed.host.flows();
            if (retiring().stream().noneMatch(transport -> transport.host.flows() == flows)) {
                flows.keepNone();
            }
        }
    }
}
