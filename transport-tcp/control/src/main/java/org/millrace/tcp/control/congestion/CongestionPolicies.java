package org.millrace.tcp.control.congestion;

import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.program.TcpConfig;

/** Chooses and makes congestion policies. */
public final class CongestionPolicies {
    private CongestionPolicies() {
    }

    /** {@return the policy's name for a route: what the route says, else the configuration} */
    public static String named(TransportHost.Path path, TcpConfig config) {
        String named = path == null ? config.congestion()
                : path.options().getOrDefault("congestion", config.congestion());
        return named.equals(TcpConfig.DCTCP) || named.equals(TcpConfig.TIMELY) ? named : TcpConfig.NEW_RENO;
    }

    /** {@return whether a policy wants marks: one that does not heed them must not ask for them (RFC 3168 §6.1)} */
    public static boolean usesEcn(String name, TcpConfig config) {
        return name.equals(TcpConfig.DCTCP) || config.ecn() && !name.equals(TcpConfig.TIMELY);
    }

    public static CongestionPolicy make(String name, int mss, int initialWindow, int maxWindow, TcpConfig config) {
        return switch (name) {
            case TcpConfig.DCTCP -> new Dctcp(mss, initialWindow, maxWindow);
            case TcpConfig.TIMELY ->
                new Timely(mss, initialWindow, maxWindow, config.timelyLowUs(), config.timelyHighUs());
            default -> new NewReno(mss, initialWindow, maxWindow);
        };
    }
}
