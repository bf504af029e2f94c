package org.millrace.tcp.control.program;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.transport.TransportHost;

/**
 * The control plane's options. A wrong value is refused with its key, itself and what is allowed.
 *
 * <table>
 * <caption>Keys of {@link TransportHost#options()}; all optional</caption>
 * <tr><th>key</th><th>allowed</th><th>default</th><th>meaning</th></tr>
 * <tr><td>profile</td><td>current, dissertation</td><td>current</td><td>defaults of the keys below: {@code dissertation} is FlexTOE as
 *     published, with {@code congestion} dctcp, {@code sack} off, {@code delayed-ack-segments} 1, {@code intervals} 1</td></tr>
 * <tr><td>congestion</td><td>cubic, newreno, dctcp, timely, plug-in:NAME</td><td>cubic</td><td>policy where the route
 *     names none</td></tr>
 * <tr><td>timely-low-us</td><td>1 to 1000000</td><td>50</td><td>round trips below this let the rate rise</td></tr>
 * <tr><td>timely-high-us</td><td>1 to 10000000</td><td>500</td><td>round trips above this make it fall</td></tr>
 * <tr><td>ecn</td><td>on, off</td><td>on</td><td>negotiate ECN (RFC 3168); dctcp always does, timely never</td></tr>
 * <tr><td>timestamps</td><td>on, off</td><td>on</td><td>offer and take timestamps (RFC 7323)</td></tr>
 * <tr><td>window-scaling</td><td>on, off</td><td>on</td><td>offer and take window scaling (RFC 7323)</td></tr>
 * <tr><td>sack</td><td>on, off</td><td>on</td><td>report the out-of-order interval to the peer (RFC 2018)</td></tr>
 * <tr><td>intervals</td><td>1 to 5</td><td>5</td><td>out-of-order intervals kept for a connection; tcp-laminar keeps 1</td></tr>
 * <tr><td>pacing</td><td>pull, push</td><td>pull</td><td>whether an application appends what its buffer holds or what it is
 *     granted; push is tcp-laminar's, and its default</td></tr>
 * <tr><td>initial-window</td><td>1 to 100</td><td>10</td><td>segments (RFC 6928)</td></tr>
 * <tr><td>rto-min-ms</td><td>1 to 60000</td><td>200</td><td>least retransmission timeout</td></tr>
 * <tr><td>rto-initial-ms</td><td>1 to 60000</td><td>1000</td><td>before the first sample; of SYN (RFC 6298)</td></tr>
 * <tr><td>rto-max-ms</td><td>1000 to 240000</td><td>60000</td><td>where doubling ends</td></tr>
 * <tr><td>retries</td><td>1 to 100</td><td>15</td><td>unanswered timeouts or probes before giving up (R2)</td></tr>
 * <tr><td>syn-retries</td><td>0 to 100</td><td>7</td><td>of a SYN; 7 are 183 s (RFC 9293 MUST-23)</td></tr>
 * <tr><td>synack-retries</td><td>0 to 100</td><td>5</td><td>of a SYN-ACK</td></tr>
 * <tr><td>syn-backlog</td><td>1 to 65536</td><td>1024</td><td>most half-open connections of a listener</td></tr>
 * <tr><td>context-half-open</td><td>1 to 1048576</td><td>4096</td><td>most half-open connections at the listeners of a
 *     context; beyond, and beyond the next, SYN cookies are sent</td></tr>
 * <tr><td>half-open</td><td>1 to 1048576</td><td>65536</td><td>most half-open connections at all listeners</td></tr>
 * <tr><td>context-listeners</td><td>1 to 65536</td><td>1024</td><td>most listeners of a context</td></tr>
 * <tr><td>context-connecting</td><td>1 to 65536</td><td>4096</td><td>most active opens of a context that are not
 *     answered yet</td></tr>
 * <tr><td>time-wait-ms</td><td>0 to 480000</td><td>60000</td><td>2 MSL</td></tr>
 * <tr><td>time-wait-max</td><td>1 to 1048576</td><td>65536</td><td>most connections in TIME-WAIT, the oldest goes</td></tr>
 * <tr><td>fin-timeout-ms</td><td>1 to 3600000</td><td>60000</td><td>stay in FIN-WAIT-2 after CLOSE</td></tr>
 * <tr><td>linger-ms</td><td>1000 to 3600000</td><td>120000</td><td>after CLOSE, or the application's end: longest time in
 *     which the peer acknowledges nothing of what was written</td></tr>
 * <tr><td>delayed-ack-ms</td><td>1 to 499</td><td>40</td><td>longest that an ACK is held back</td></tr>
 * <tr><td>delayed-ack-segments</td><td>1, 2</td><td>2</td><td>acknowledge every so many segments</td></tr>
 * <tr><td>stretch-acks</td><td>0 to 64</td><td>16</td><td>most ACKs of a flow that give way to a later one of the same batch</td></tr>
 * <tr><td>nodelay</td><td>on, off</td><td>on</td><td>off: Nagle's algorithm (RFC 9293 §3.7.4), for streams whose application says
 *     nothing of it; so with the next three</td></tr>
 * <tr><td>user-timeout-ms</td><td>0 to 86400000</td><td>0</td><td>longest time that what was written may stay unacknowledged
 *     (RFC 5482); 0: as {@code retries} go</td></tr>
 * <tr><td>dscp</td><td>0 to 63</td><td>0</td><td>differentiated services code point of what is sent (RFC 2474)</td></tr>
 * <tr><td>keepalive-s</td><td>0 to 86400</td><td>0</td><td>idle time before a probe; 0: none, unless the application asks</td></tr>
 * <tr><td>keepalive-interval-s</td><td>1 to 3600</td><td>75</td><td>between probes</td></tr>
 * <tr><td>keepalive-probes</td><td>1 to 100</td><td>9</td><td>unanswered probes before giving up</td></tr>
 * <tr><td>port-first</td><td>1024 to 65535</td><td>49152</td><td>first ephemeral port</td></tr>
 * <tr><td>port-last</td><td>1024 to 65535</td><td>65535</td><td>last ephemeral port</td></tr>
 * <tr><td>challenge-acks</td><td>2 to 1000000</td><td>1000</td><td>a second on average (RFC 5961 §7)</td></tr>
 * <tr><td>resets</td><td>2 to 1000000</td><td>1000</td><td>RSTs to closed ports a second on average</td></tr>
 * </table>
 *
 * @param congestion          {@code cubic}, {@code newreno}, {@code dctcp}, {@code timely} or {@code plug-in:NAME}
 * @param timelyLowUs         T_low of Timely
 * @param timelyHighUs        T_high of Timely
 * @param ecn                 whether to negotiate ECN
 * @param timestamps          whether to negotiate timestamps
 * @param windowScaling       whether to negotiate window scaling
 * @param sack                whether to negotiate selective acknowledgements
 * @param intervals           out-of-order intervals of a connection
 * @param pacing              {@code pull} or {@code push}
 * @param initialWindow       segments
 * @param rtoMinMs            least retransmission timeout
 * @param rtoInitialMs        first retransmission timeout
 * @param rtoMaxMs            largest retransmission timeout
 * @param retries             R2 of data
 * @param synRetries          R2 of SYN
 * @param synAckRetries       R2 of SYN-ACK
 * @param synBacklog          half-open connections a listener
 * @param contextHalfOpen     half-open connections of a context
 * @param halfOpen            half-open connections
 * @param contextListeners    listeners of a context
 * @param contextConnecting   active opens of a context
 * @param timeWaitMs          2 MSL
 * @param timeWaitMax         connections in TIME-WAIT
 * @param finTimeoutMs        time in FIN-WAIT-2 after CLOSE
 * @param lingerMs            time without progress after CLOSE
 * @param delayedAckMs        time that an ACK is held back
 * @param delayedAckSegments  segments that an ACK is held back for
 * @param stretchAcks         ACKs that may give way to a later one of their batch, 0: each is sent
 * @param nodelay             without Nagle's algorithm
 * @param userTimeoutMs       time that data may stay unacknowledged, 0: no limit but R2
 * @param dscp                code point
 * @param keepaliveS          idle seconds, 0: off
 * @param keepaliveIntervalS  seconds between probes
 * @param keepaliveProbes     unanswered probes
 * @param portFirst           first ephemeral port
 * @param portLast            last ephemeral port
 * @param challengeAcks       challenge ACKs a second
 * @param resets              RSTs to closed ports a second
 */
public record TcpConfig(String congestion, int timelyLowUs, int timelyHighUs, boolean ecn, boolean timestamps,
                        boolean windowScaling, boolean sack, int intervals, String pacing, int initialWindow,
                        int rtoMinMs, int rtoInitialMs, int rtoMaxMs, int retries, int synRetries, int synAckRetries,
                        int synBacklog, int contextHalfOpen, int halfOpen, int contextListeners,
                        int contextConnecting, int timeWaitMs, int timeWaitMax, int finTimeoutMs, int lingerMs,
                        int delayedAckMs,
                        int delayedAckSegments, int stretchAcks, boolean nodelay, int userTimeoutMs, int dscp, int keepaliveS, int keepaliveIntervalS, int keepaliveProbes,
                        int portFirst, int portLast, int challengeAcks, int resets) {
    /** Idle time before a keepalive probe that an application asks for without saying when; RFC 9293 MUST-28. */
    public static final int KEEPALIVE_IDLE_S = 7_200;
    /** Policy of RFC 9438. */
    public static final String CUBIC = "cubic";
    /** What the name of a plugged-in policy begins with. */
    public static final String PLUG_IN = "plug-in:";
    /** Policy of RFC 5681 and RFC 3168. */
    public static final String NEW_RENO = "newreno";
    /** Policy of RFC 8257. */
    public static final String DCTCP = "dctcp";
    /** Policy of Mittal et al., SIGCOMM 2015. */
    public static final String TIMELY = "timely";

    /** Pacing: the data path fetches when a flow may send. */
    public static final String PULL = "pull";
    /** Pacing: the application appends what it is granted. */
    public static final String PUSH = "push";

    /** Profile: today's defaults. */
    public static final String CURRENT = "current";
    /** Profile: FlexTOE as in the dissertation: each segment is acknowledged, go-back-N. */
    public static final String DISSERTATION = "dissertation";
    private static final Map<String, String> AS_PUBLISHED =
        Map.of("congestion", DCTCP, "sack", "off", "delayed-ack-segments", "1", "intervals", "1",
            "stretch-acks", "0");

    /** All keys. */
    public static final Set<String> KEYS = keys();

    /** All defaults. */
    public static final TcpConfig DEFAULT = parse(Map.of());

    /**
     * Reads options; keys that are not listed above are somebody else's.
     *
     * @param options keys and values
     * @return the configuration
     * @throws IllegalArgumentException if a value is wrong
     */
    public static TcpConfig parse(Map<String, String> options) {
        return parse(new Options(withProfile(options), new TreeSet<>()));
    }

    private static Map<String, String> withProfile(Map<String, String> options) {
        Options asked = new Options(options, new TreeSet<>());
        if (asked.oneOf("profile", CURRENT, DISSERTATION).equals(CURRENT)) {
            return options;
        }
        Map<String, String> all = new HashMap<>(AS_PUBLISHED);
        all.putAll(options);
        return all;
    }

    private static Set<String> keys() {
        Options asked = new Options(Map.of(), new TreeSet<>(Set.of("profile")));
        parse(asked);
        return Collections.unmodifiableSet(asked.asked);
    }

    private static TcpConfig parse(Options o) {
        TcpConfig config = new TcpConfig(o.congestion(),
                o.number("timely-low-us", 50, 1, 1_000_000), o.number("timely-high-us", 500, 1, 10_000_000),
                o.onOff("ecn"), o.onOff("timestamps"), o.onOff("window-scaling"), o.onOff("sack"),
                o.number("intervals", TcpConnectionState.MAX_INTERVALS, 1, TcpConnectionState.MAX_INTERVALS),
                o.oneOf("pacing", PULL, PUSH), o.number("initial-window", 10, 1, 100),
                o.number("rto-min-ms", 200, 1, 60_000), o.number("rto-initial-ms", 1_000, 1, 60_000),
                o.number("rto-max-ms", 60_000, 1_000, 240_000), o.number("retries", 15, 1, 100),
                o.number("syn-retries", 7, 0, 100), o.number("synack-retries", 5, 0, 100),
                o.number("syn-backlog", 1_024, 1, 65_536), o.number("context-half-open", 4_096, 1, 1 << 20),
                o.number("half-open", 65_536, 1, 1 << 20), o.number("context-listeners", 1_024, 1, 65_536),
                o.number("context-connecting", 4_096, 1, 65_536), o.number("time-wait-ms", 60_000, 0, 480_000),
                o.number("time-wait-max", 65_536, 1, 1 << 20), o.number("fin-timeout-ms", 60_000, 1, 3_600_000),
                o.number("linger-ms", 120_000, 1_000, 3_600_000),
                o.number("delayed-ack-ms", 40, 1, 499), o.number("delayed-ack-segments", 2, 1, 2),
                o.number("stretch-acks", 16, 0, 64),
                o.onOff("nodelay"), o.number("user-timeout-ms", 0, 0, 86_400_000), o.number("dscp", 0, 0, 63),
                o.number("keepalive-s", 0, 0, 86_400), o.number("keepalive-interval-s", 75, 1, 3_600),
                o.number("keepalive-probes", 9, 1, 100), o.number("port-first", 49_152, 1_024, 65_535),
                o.number("port-last", 65_535, 1_024, 65_535), o.number("challenge-acks", 1_000, 2, 1_000_000),
                o.number("resets", 1_000, 2, 1_000_000));
        o.atLeast("port-last", config.portLast, "port-first", config.portFirst);
        o.atLeast("timely-high-us", config.timelyHighUs, "timely-low-us", config.timelyLowUs);
        o.atLeast("rto-max-ms", config.rtoMaxMs, "rto-min-ms", config.rtoMinMs);
        return config;
    }

    private record Options(Map<String, String> values, Set<String> asked) {
        int number(String key, int standard, int min, int max) {
            asked.add(key);
            String text = values.get(key);
            if (text == null) {
                return standard;
            }
            int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
            if (value < min || value > max) {
                throw wrong(key, text, min + " to " + max);
            }
            return value;
        }

        String congestion() {
            String named = values.getOrDefault("congestion", CUBIC);
            return named.matches(PLUG_IN + "[a-z0-9-]+") ? named
                : oneOf("congestion", CUBIC, NEW_RENO, DCTCP, TIMELY, PLUG_IN + "NAME");
        }

        boolean onOff(String key) {
            return oneOf(key, "on", "off").equals("on");
        }

        /** The first is the standard. */
        String oneOf(String key, String... allowed) {
            asked.add(key);
            String text = values.getOrDefault(key, allowed[0]);
            if (!List.of(allowed).contains(text)) {
                int last = allowed.length - 1;
                throw wrong(key, text, String.join(", ", List.of(allowed).subList(0, last)) + " or " + allowed[last]);
            }
            return text;
        }

        void atLeast(String key, int value, String otherKey, int other) {
            if (value < other) {
                throw wrong(key, Integer.toString(value), "at least " + otherKey + ", which is " + other);
            }
        }

        private static IllegalArgumentException wrong(String key, String value, String allowed) {
            return new IllegalArgumentException(key + " is " + value + ", allowed is " + allowed);
        }
    }
}
