package org.millrace.tcp.control.congestion;

import java.util.List;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.program.TcpConfig;

/** Chooses and makes congestion policies: those that are built in, and those that are plugged in at the time. */
public final class CongestionPolicies {
    private static final CongestionAlgorithm STANDARD = algorithm(TcpConfig.CUBIC, true, Cubic::new);

    private final TcpConfig config;
    private final List<CongestionAlgorithm> pluggedIn;
    private final List<CongestionAlgorithm> builtIn;

    /**
     * @param config    the options
     * @param pluggedIn those of others; may change at any time, by any thread
     */
    public CongestionPolicies(TcpConfig config, List<CongestionAlgorithm> pluggedIn) {
        this.config = config;
        this.pluggedIn = pluggedIn;
        builtIn = List.of(STANDARD, algorithm(TcpConfig.NEW_RENO, true, NewReno::new),
            algorithm(TcpConfig.DCTCP, true, Dctcp::new), algorithm(TcpConfig.TIMELY, false, (mss, initial, most) ->
                new Timely(mss, initial, most, config.timelyLowUs(), config.timelyHighUs())));
    }

    private interface Maker {
        CongestionPolicy make(int mss, int initialWindow, int maxWindow);
    }

    private static CongestionAlgorithm algorithm(String name, boolean usesEcn, Maker maker) {
        return new CongestionAlgorithm() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean usesEcn() {
                return usesEcn;
            }

            @Override
            public CongestionPolicy make(int mss, int initialWindow, int maxWindow) {
                return maker.make(mss, initialWindow, maxWindow);
            }
        };
    }

    /** {@return the policy's name for a route: what the route says, else the configuration; cubic if there is none such} */
    public String named(TransportHost.Path path) {
        String named = path == null ? config.congestion()
                : path.options().getOrDefault("congestion", config.congestion());
        return find(named) == STANDARD ? TcpConfig.CUBIC : named;
    }

    private CongestionAlgorithm find(String name) {
        boolean plugged = name.startsWith(TcpConfig.PLUG_IN);
        String known = plugged ? name.substring(TcpConfig.PLUG_IN.length()) : name;
        for (CongestionAlgorithm one : plugged ? pluggedIn : builtIn) {
            if (one.name().equals(known)) {
                return one;
            }
        }
        return STANDARD;
    }

    /** {@return whether a policy wants marks: one that does not heed them must not ask for them (RFC 3168 §6.1)} */
    public boolean usesEcn(String name) {
        return name.equals(TcpConfig.DCTCP) || config.ecn() && find(name).usesEcn();
    }

    /** {@return a policy for a connection} */
    public CongestionPolicy make(String name, int mss, int initialWindow, int maxWindow) {
        return find(name).make(mss, initialWindow, maxWindow);
    }
}
