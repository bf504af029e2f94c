package org.millrace.runtime.status;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.List;
import org.millrace.api.context.ContextSize;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.context.Registry;
import org.millrace.context.RegistryLine.Kind;
import org.millrace.memory.Addresses;
import org.millrace.memory.ContextLayout;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.tenant.ChangedLines;
import org.millrace.runtime.tenant.ContextTable;
import org.millrace.runtime.tenant.Endian;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.runtime.transport.PathParts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the registry up to date, some lines at a time: what has changed since the last lap, at most twice a second.
 * While nothing changes it asks for no call, so an idle system sleeps on.
 *
 * <p>Owned by: the data-path thread.
 */
public final class RegistryWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryWriter.class);
    private static final int LINES_A_STEP = 32;
    private static final long STEP_NS = 2_000_000;
    private static final long LAP_NS = 500_000_000;
    private static final long NS_PER_MS = 1_000_000;

    private final Registry registry;
    private final ContextTable contexts;
    private final ShardPlace place;
    private final List<LoadedTransport<?>> transports;
    private final long epochMs;
    private long nextNs = Long.MIN_VALUE;
    private long nextLapNs = Long.MIN_VALUE;
    private int left;
    private boolean broken;

    /**
     * Begins with what there is.
     *
     * @param epochMs the data path's time 0, ms since 1970
     */
    public RegistryWriter(Registry registry, PathParts parts, List<LoadedTransport<?>> transports, long epochMs) {
        this.registry = registry;
        contexts = parts.contexts();
        place = parts.place();
        this.transports = transports;
        this.epochMs = epochMs;
        contexts.changed.keep();
    }

    /** Writes some lines if it is time. Answers when it wants to be called again at the latest. */
    public long advance(long nowNs) {
        if (left == 0 && nowNs >= nextLapNs) {
            left = contexts.changed.size();
            nextNs = nowNs;
        }
        if (left > 0 && nowNs >= nextNs) {
            int now = Math.min(left, Math.max(LINES_A_STEP, left >> 5)); // more of a flood: it has to end
            for (int i = 0; i < now; i++) {
                write(contexts.changed.take(), epochMs + nowNs / NS_PER_MS);
            }
            left -= now;
            nextNs = nowNs + STEP_NS;
            nextLapNs = nowNs + LAP_NS;
        }
        return left > 0 ? nextNs : contexts.changed.size() > 0 ? nextLapNs : Long.MAX_VALUE;
    }

    /** A registry that fails, on a full disk for one, is given up; connections go on. */
    private void write(long number, long nowMs) {
        if (!broken) {
            try {
                bring(number, nowMs);
            } catch (RuntimeException | InternalError e) {
                broken = true;
                LOG.warn("the registry is kept no more: {}", e.toString());
            }
        }
    }

    /** {@return whether it has been given up} */
    public boolean isBroken() {
        return broken;
    }

    private void bring(long number, long nowMs) {
        AppContext context = contexts.find(ChangedLines.context(number));
        Kind kind = ChangedLines.kind(number);
        ConnectionInfo info = context == null ? null : switch (kind) {
            case CONTEXT -> context(context);
            case LISTENER -> listener(context, ChangedLines.transport(number), ChangedLines.item(number));
            case CONNECTION -> connection(context, ChangedLines.item(number));
        };
        if (info == null) {
            registry.remove(number);
        } else {
            registry.put(number, kind, StatusReport.outside(info, place), nowMs);
        }
    }

    private ConnectionInfo context(AppContext context) {
        context.listed = false;
        ContextSize size = context.size();
        return new ConnectionInfo("", context.hasLeft() ? "LINGERING" : "OPEN", null, null, context.number, -1, context.slots.live(), size.connections(),
            "receive=" + size.receiveBytes() + " transmit=" + size.transmitBytes() + " ring=" + size.ringSlots());
    }

    private ConnectionInfo listener(AppContext context, int transport, int listener) {
        return transport < transports.size() ? transports.get(transport).control.listener(context.number, listener) : null;
    }

    private ConnectionInfo connection(AppContext context, int slot) {
        if (slot >= context.slots.count()) {
            return null; // noted about a larger context that had this number before
        }
        context.slots.clear(slot, ConnectionSlots.LISTED);
        int id = context.slots.id(slot);
        if (id == 0) {
            return null;
        }
        LoadedTransport<?> transport = transports.get(context.slots.transport(slot)).ofFlow(context.slots.flow(slot));
        ConnectionInfo told = transport.control.connection(context.number, id);
        return told != null ? told : new ConnectionInfo(transport.host.name(), "OPEN",
            address(context, slot, ContextLayout.LOCAL_ADDRESS, ContextLayout.LOCAL_PORT),
            address(context, slot, ContextLayout.PEER_ADDRESS, ContextLayout.PEER_PORT), context.number, id,
            context.slots.receiveHeld(slot), context.slots.transmitHeld(slot), "");
    }

    /** As the record has it, in which the application may have put anything: a line about itself. */
    private static InetSocketAddress address(AppContext context, int slot, int address, int port) {
        MemorySegment memory = context.region.segment();
        long record = context.layout.record(slot);
        int number = memory.get(Endian.U16, record + port) & 0xffff;
        return number == 0 ? null : new InetSocketAddress(Addresses.read(memory, record + address), number);
    }

    /** Writes what is left: of a data path that ends in order no line stays. */
    public void finish(long nowNs) {
        while (contexts.changed.size() > 0) {
            write(contexts.changed.take(), epochMs + nowNs / NS_PER_MS);
        }
        left = 0;
    }

    /** Closes the file, which stays for tools. */
    @Override
    public void close() {
        registry.close();
    }
}
