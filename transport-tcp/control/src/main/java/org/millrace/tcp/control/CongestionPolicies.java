package org.millrace.tcp.control;

import org.millrace.api.transport.TransportHost;

/** Chooses and makes congestion policies. */
final class CongestionPolicies {
    private CongestionPolicies() {
    }

    /** {@return the policy's name for a route: what the route says, else the configuration} */
    static String named(TransportHost.Path path, TcpConfig config) {
        String named = path == null ? config.congestion()
                : path.options().getOrDefault("congestion", config.congestion());
        return named.equals(TcpConfig.DCTCP) ? TcpConfig.DCTCP : TcpConfig.NEW_RENO;
    }

    static CongestionPolicy make(String name, int mss, int initialWindow, int maxWindow) {
        return name.equals(TcpConfig.DCTCP)
                ? new Dctcp(mss, initialWindow, maxWindow) : new NewReno(mss, initialWindow, maxWindow);
    }
}
