package org.millrace.runtime.transport;

import org.millrace.api.context.ContextRequest;
import org.millrace.api.transport.TransportFactory.Service;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.tenant.OutgoingMessage;
import org.millrace.runtime.tenant.RequestSink;

/**
 * Hands applications' requests to the transport that they are for: the connection's, which may be one that retires, else
 * the one that is named, else the first that does such things. Owned by: the data-path thread.
 */
public final class Dispatcher implements RequestSink {
    private final TransportTable transports;
    private final ContextTable contexts;
    private final Counters counters;

    public Dispatcher(TransportTable transports, ContextTable contexts, Counters counters) {
        this.transports = transports;
        this.contexts = contexts;
        this.counters = counters;
    }

    @Override
    public boolean isFar() {
        return transports.areFar();
    }

    @Override
    public void touch(AppContext context, int slot) {
        LoadedTransport<?> transport = transports.at(context.slots.transport(slot));
        if (transport.isFar()) {
            transport.touch(context.slots.flow(slot));
        }
    }

    @Override
    public void bump(AppContext context, int slot, int receiveBytes, int transmitBytes, int flags, long nowNs) {
        int flow = context.slots.flow(slot);
        if (flow != 0) { // 0: the connection has failed, the application only reads on
            transports.at(context.slots.transport(slot)).ofFlow(flow)
                .bump(flow, context, slot, receiveBytes, transmitBytes, flags, nowNs);
        }
    }

    @Override
    public void message(AppContext context, int slot, OutgoingMessage message, long nowNs) {
        int flow = context.slots.flow(slot);
        if (flow != 0) {
            transports.at(context.slots.transport(slot)).ofFlow(flow).message(flow, context, slot, message, nowNs);
        }
    }

    @Override
    public void cancel(AppContext context, int slot, int number, long nowNs) {
        int flow = context.slots.flow(slot);
        if (flow != 0) {
            transports.at(context.slots.transport(slot)).ofFlow(flow).cancel(flow, context, slot, number, nowNs);
        }
    }

    @Override
    public void ringConsumed(AppContext context, int slot, int bytes, long nowNs) {
        int flow = context.slots.flow(slot);
        if (flow != 0) {
            transports.at(context.slots.transport(slot)).ofFlow(flow).control
                .ringConsumed(context.number, context.slots.id(slot), bytes, nowNs);
        }
    }

    @Override
    public boolean request(AppContext context, int transport, ContextRequest request, long nowNs) {
        int place = transport == 0 ? firstFor(request.kind()) : transport - 1;
        if (place >= transports.places()) {
            return false;
        }
        LoadedTransport<?> asked = concerned(place, request);
        asked.wakeControl();
        asked.control.request(request, nowNs);
        if (request.kind() == ContextRequest.Kind.UNLISTEN) {
            contexts.changed.unlistened(context, place, request.backlog());
        }
        return true;
    }

    /** A connection may be with an earlier transport that retires. */
    private LoadedTransport<?> concerned(int place, ContextRequest request) {
        if (request.connection() != 0) {
            for (LoadedTransport<?> retiring : transports.retiring()) {
                if (retiring.host.position() == place
                    && retiring.control.connection(request.context(), request.connection()) != null) {
                    return retiring;
                }
            }
        }
        return transports.at(place);
    }

    /** If nobody does what is asked for, the first transport answers. */
    private int firstFor(ContextRequest.Kind kind) {
        Service wanted = kind == ContextRequest.Kind.BIND ? Service.MESSAGES : Service.STREAMS;
        for (int place = 0; place < transports.places(); place++) {
            if (transports.at(place).host.services().contains(wanted)) {
                return place;
            }
        }
        return 0;
    }

    /** A target that is gone, or another application's by now, takes nothing: then the connection is reset. */
    @Override
    public void handOver(AppContext context, int slot, int target, long opaque, long nowNs) {
        AppContext taker = contexts.find(target);
        transports.drain(nowNs); // what a machine still has on its way names the old place
        boolean allowed = taker != null && !taker.hasLeft() && taker != context && taker.owner.equals(context.owner);
        if (!allowed) {
            counters.refusedHandovers++;
        }
        request(context, context.slots.transport(slot) + 1, new ContextRequest(
            allowed ? ContextRequest.Kind.HANDOVER : ContextRequest.Kind.ABORT, context.number,
            context.slots.id(slot), opaque, null, null, target), nowNs);
    }
}
