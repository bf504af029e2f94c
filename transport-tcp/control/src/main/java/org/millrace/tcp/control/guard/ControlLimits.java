package org.millrace.tcp.control.guard;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.context.Limit;
import org.millrace.tcp.control.program.TcpConfig;

/** What the control plane keeps at most, and how often that has turned somebody away. Owned by: the data-path thread. */
public final class ControlLimits {
    /** What is limited. */
    public enum Kind {
        /** Listeners of a context. */
        LISTENERS("tcp.context-listeners"),
        /** Active opens of a context. */
        CONNECTING("tcp.context-connecting"),
        /** Handshakes of a listener: its backlog, at most this. */
        BACKLOG("tcp.syn-backlog"),
        /** Handshakes at the listeners of a context. */
        CONTEXT_HALF_OPEN("tcp.context-half-open"),
        /** Handshakes at all listeners. */
        HALF_OPEN("tcp.half-open"),
        /** Connections that a context has room for: its application chose. */
        CONNECTIONS("a context's connections"),
        /** Flows. */
        FLOWS("flows");

        private final String key;

        Kind(String key) {
            this.key = key;
        }
    }

    private final Map<Kind, Long> limits = new EnumMap<>(Kind.class);
    private final Map<Kind, Long> refused = new EnumMap<>(Kind.class);

    /**
     * Makes limits that have turned nobody away.
     *
     * @param config their values
     * @param flows  the most flows
     */
    public ControlLimits(TcpConfig config, int flows) {
        limits.put(Kind.LISTENERS, (long) config.contextListeners());
        limits.put(Kind.CONNECTING, (long) config.contextConnecting());
        limits.put(Kind.BACKLOG, (long) config.synBacklog());
        limits.put(Kind.CONTEXT_HALF_OPEN, (long) config.contextHalfOpen());
        limits.put(Kind.HALF_OPEN, (long) config.halfOpen());
        limits.put(Kind.CONNECTIONS, 0L);
        limits.put(Kind.FLOWS, (long) flows);
    }

    /**
     * {@return whether there is room for one more; if not, that is counted}
     *
     * @param kind  of what
     * @param taken how many there are
     */
    public boolean admits(Kind kind, int taken) {
        if (taken < limits.get(kind)) {
            return true;
        }
        refuse(kind);
        return false;
    }

    /**
     * Counts somebody turned away.
     *
     * @param kind by what
     */
    public void refuse(Kind kind) {
        refused.merge(kind, 1L, Long::sum);
    }

    /**
     * {@return how each stands}
     *
     * @param taken of each, by the context or listener with most
     */
    public List<Limit> standings(Map<Kind, Integer> taken) {
        return limits.entrySet().stream().map(limit -> new Limit(limit.getKey().key, limit.getValue(),
            taken.getOrDefault(limit.getKey(), 0), refused.getOrDefault(limit.getKey(), 0L))).toList();
    }
}
