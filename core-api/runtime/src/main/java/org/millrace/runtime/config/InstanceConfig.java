package org.millrace.runtime.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.context.ContextBudget;
import org.millrace.memory.InstanceDirectory;
import org.millrace.net.Route;
import org.millrace.runtime.capture.CaptureFile;
import org.millrace.runtime.tenant.Weights;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * What an instance is configured to be.
 *
 * <pre>
 * instance    name, default millrace
 * hardware    backend: hw-bluefield
 * transports  comma list: tcp-flextoe
 * port        kind: packet, memory;  port.KEY: its options
 * address     comma list of ADDRESS/PREFIX: 10.0.0.2/24
 * routes      semicolon list of (PREFIX | default) (via ROUTER | dev) KEY=VALUE...: default via 10.0.0.1 congestion=dctcp
 *             mtu=BYTES is the route's MTU, weight=1 to 64 how much of the sending it gets, every other key is the transports'
 * weights     comma list of USER=WEIGHT, default none: how much of the sending the contexts of users get
 * flows       most flows per transport, default 65536
 * contexts    most contexts, default 256
 * limits.KEY  what contexts may take in all: connections, reserved-bytes, touched-bytes; limits.user.KEY: those of a user,
 *             contexts too
 * cores       how many processors the data paths have, or a list of which: 2-5,8; one is 3-3
 * shards      how many data paths share the addresses, 1 to 64, default as many as cores says, else 1
 * pipeline    stages of a data path that have threads of their own, as the hardware names them: pre*2/protocol/post/dma; default
 *             none: all run on the data path's
 * ttl         time to live of what is sent, 1 to 255, default 64
 * spin-us     longest time that the data path looks on before it sleeps, 0 to 100000, default 0: it sleeps at once
 * stop-linger-ms  longest time that the end waits for peers to acknowledge what was written, 0 to 600000, default 5000
 * swap-rehearsal-ms  longest time that the new side of a swap rehearses while the old one runs, 0 to 60000, default 10000;
 *             0: not at all
 * attach      on, off: whether other processes can have contexts; default off, in the launcher's image on
 *             attach.directory: absolute path of the instance's directory, default by its name;
 *             attach.users: comma list of ids of users that may, beside the runtime's own and root
 * huge-pages  off, transparent, reserved: pages of the contexts that other processes can have
 * journal     off, on, or a comma list of context numbers: record every descriptor;  journal.directory,
 *             journal.bytes, journal.seconds: where and how much is kept for each context
 * FAMILY.KEY  option of all transports of a family: tcp.delayed-ack; transport.NAME.KEY: of one, goes before it
 * metrics     on, off, PORT on the loopback address, or ADDRESS:PORT: where Prometheus can read; default off, on is
 *             127.0.0.1:9464
 * capture     pcapng file to write frames to;  capture.bytes: its bound
 * </pre>
 *
 * @param name         the instance's name
 * @param hardware     name of the backend
 * @param transports   names of the transports, in order
 * @param options      each transport's options
 * @param port         the port's kind
 * @param portOptions  the port's options
 * @param addresses    own addresses with their prefix lengths
 * @param routes       routes beside those to the own addresses' networks
 * @param capacity     limits
 * @param capture      file to write frames to, or null
 * @param captureBytes its bound
 * @param ttl          time to live of what is sent
 * @param spinNs       longest time that the data path looks on before it sleeps
 * @param stopLingerNs longest time that the end waits for peers to acknowledge what was written
 * @param rehearsalNs  longest time that the new side of a swap rehearses, 0: not at all
 * @param sharing      what other processes can have
 * @param limits       what contexts may take
 * @param placement    how many data paths there are, and where they run
 * @param pipeline     stages that have threads of their own, or null
 * @param weights      of users' contexts, by the user's id
 */
public record InstanceConfig(String name, String hardware, List<String> transports,
                             Map<String, Map<String, String>> options, String port, Map<String, String> portOptions,
                             List<LocalAddress> addresses, List<StaticRoute> routes, Capacity capacity,
                             String capture, long captureBytes, int ttl, long spinNs, long stopLingerNs,
                             long rehearsalNs, SharingConfig sharing,
                             ContextBudget.Limits limits, Placement placement, String pipeline, Map<Integer, Integer> weights) {
    private static final Set<String> KEYS = Set.of("instance", "hardware", "transports", "port", "address", "routes",
        "flows", "contexts", "capture", "capture.bytes", "ttl", "spin-us", "stop-linger-ms",
        "swap-rehearsal-ms", "pipeline", "weights");
    private static final int MAX_FLOWS = 1 << 22;
    private static final int MAX_CONTEXTS = 1 << 16;

    /**
     * An own address.
     *
     * @param address      it
     * @param prefixLength of its network, bits
     */
    public record LocalAddress(Ipv4Address address, int prefixLength) {
        @Override
        public String toString() {
            return address + "/" + prefixLength;
        }
    }

    /**
     * A route.
     *
     * @param prefix   where to
     * @param nextHop  router, or {@link Ipv4Address#ANY} on the link
     * @param mtuBytes its MTU, 0: the port's
     * @param options  what transports want to know
     */
    public record StaticRoute(Ipv4Prefix prefix, Ipv4Address nextHop, int mtuBytes, Map<String, String> options) {
    }

    /**
     * Reads a configuration.
     *
     * @param properties keys and values
     * @return the configuration
     * @throws ConfigException if it cannot be
     */
    public static InstanceConfig parse(Map<String, String> properties) {
        Map<String, String> map = new TreeMap<>(properties);
        checkKeys(map); // first: a misspelt key is why another one is missing
        List<String> transports = list(required(map, "transports", "a comma list such as tcp-flextoe"));
        Map<String, Map<String, String>> options = new LinkedHashMap<>();
        for (String transport : transports) {
            options.put(transport, options(map, transport));
        }
        int contexts = (int) number(map, "contexts", 256, 1, MAX_CONTEXTS);
        SharingConfig sharing = SharingConfig.parse(map);
        return new InstanceConfig(name(map.getOrDefault("instance", "millrace").strip()),
            required(map, "hardware", "a backend such as hw-bluefield"), transports, options,
            required(map, "port", "a kind of port such as packet or memory"), prefixed(map, "port."),
            addresses(required(map, "address", "a comma list of ADDRESS/PREFIX such as 10.0.0.2/24")),
            routes(map.getOrDefault("routes", "")),
            new Capacity((int) number(map, "flows", 65536, 1, MAX_FLOWS), contexts),
            map.get("capture"), number(map, "capture.bytes", CaptureFile.DEFAULT_BYTES, 0, Long.MAX_VALUE),
            (int) number(map, "ttl", 64, 1, 255), number(map, "spin-us", 0, 0, 100_000) * 1000,
            number(map, "stop-linger-ms", 5000, 0, 600_000) * 1_000_000,
            number(map, "swap-rehearsal-ms", 10_000, 0, 60_000) * 1_000_000, sharing,
            LimitsConfig.parse(map, contexts, !sharing.users().isEmpty()), Placement.parse(map), pipeline(map),
            weights(map.getOrDefault("weights", "")));
    }

    /** {@return how many data paths share its addresses} */
    public int shards() {
        return placement.shards();
    }

    /** {@return whether anybody has a weight, so that sending is shared among classes} */
    public boolean hasWeights() {
        return !weights.isEmpty() || routes.stream().anyMatch(route -> route.options().containsKey(Weights.OPTION));
    }

    private static String pipeline(Map<String, String> map) {
        return map.containsKey("pipeline") ? required(map, "pipeline", "stages that have threads of their own, such as dma") : null;
    }

    /**
     * {@return a backend with the threads for stages that this configuration gives it}
     *
     * @param backend the backend
     * @throws ConfigException if the backend cannot have them
     */
    public HardwareBackend arranged(HardwareBackend backend) {
        try {
            return pipeline == null ? backend : backend.pipelined(pipeline);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("pipeline", pipeline, e);
        }
    }

    private static void checkKeys(Map<String, String> map) {
        List<String> transports = list(map.getOrDefault("transports", ""));
        List<String> known = Stream.of(KEYS, Placement.KEYS, SharingConfig.KEYS, LimitsConfig.KEYS).flatMap(Set::stream)
            .distinct().sorted().toList();
        for (String key : map.keySet()) {
            if (!known.contains(key) && !key.startsWith("port.") && !isTransportKey(key, transports)
                && !(transports.isEmpty() && isOption(key, known))) {
                throw new ConfigException(key, known, "port.*, transport.NAME.*"
                    + (transports.isEmpty() ? "" : ", " + families(transports)));
            }
        }
    }

    /** Whose it is only a transport's name says; a key with a known beginning is nobody's but the runtime's. */
    private static boolean isOption(String key, List<String> known) {
        int dot = key.indexOf('.');
        return dot > 0 && known.stream().noneMatch(name -> name.startsWith(key.substring(0, dot + 1)));
    }

    private static String name(String name) {
        try {
            InstanceDirectory.checkName(name);
            return name;
        } catch (IllegalArgumentException e) {
            throw new ConfigException("instance", name, e);
        }
    }

    private static String required(Map<String, String> map, String key, String allowed) {
        String value = map.get(key);
        if (value == null || value.isBlank()) {
            throw new ConfigException(key, value, allowed);
        }
        return value.strip();
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    private static String family(String transport) {
        int dash = transport.indexOf('-');
        return dash < 0 ? transport : transport.substring(0, dash);
    }

    private static String families(List<String> transports) {
        return String.join(", ", transports.stream().map(name -> family(name) + ".*").distinct().toList());
    }

    private static boolean isTransportKey(String key, List<String> transports) {
        return transports.stream()
            .anyMatch(name -> key.startsWith(family(name) + ".") || key.startsWith("transport." + name + "."));
    }

    private static Map<String, String> options(Map<String, String> map, String transport) {
        Map<String, String> options = new HashMap<>(prefixed(map, family(transport) + "."));
        options.putAll(prefixed(map, "transport." + transport + "."));
        return Map.copyOf(options);
    }

    private static Map<String, String> prefixed(Map<String, String> map, String prefix) {
        Map<String, String> found = new TreeMap<>();
        map.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return Map.copyOf(found);
    }

    static long number(Map<String, String> map, String key, long standard, long min, long max) {
        String value = map.get(key);
        if (value == null) {
            return standard;
        }
        try {
            long number = Long.parseLong(value.strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new ConfigException(key, value, "a number from " + min + " to " + max);
    }

    private static List<LocalAddress> addresses(String text) {
        List<LocalAddress> addresses = new ArrayList<>();
        for (String item : list(text)) {
            int slash = item.indexOf('/');
            try {
                Ipv4Address address = Ipv4Address.parse(item.substring(0, Math.max(0, slash)));
                int length = Integer.parseInt(item.substring(slash + 1));
                Ipv4Prefix.containing(address, length);
                if (!address.isUnicast()) {
                    throw new IllegalArgumentException(item);
                }
                addresses.add(new LocalAddress(address, length));
            } catch (IllegalArgumentException e) {
                throw new ConfigException("address", item, "the address of one host and its prefix length such as "
                    + "10.0.0.2/24");
            }
        }
        return List.copyOf(addresses);
    }

    private static Map<Integer, Integer> weights(String text) {
        Map<Integer, Integer> weights = new TreeMap<>();
        for (String item : list(text)) {
            int equals = item.indexOf('=');
            try {
                int user = Integer.parseUnsignedInt(item.substring(0, Math.max(0, equals)).strip());
                if (weights.put(user, weight(item.substring(equals + 1).strip())) != null) {
                    throw new IllegalArgumentException(item);
                }
            } catch (IllegalArgumentException e) {
                throw new ConfigException("weights", text, "a comma list of USER=WEIGHT such as 1000=8, each user's id once, "
                    + "weights from 1 to " + Weights.MOST);
            }
        }
        return Map.copyOf(weights);
    }

    private static int weight(String text) {
        int weight = Integer.parseInt(text);
        if (weight < 1 || weight > Weights.MOST) {
            throw new IllegalArgumentException(text);
        }
        return weight;
    }

    private static List<StaticRoute> routes(String text) {
        List<StaticRoute> routes = new ArrayList<>();
        for (String item : text.split(";")) {
            if (!item.isBlank()) {
                routes.add(route(item.strip()));
            }
        }
        return List.copyOf(routes);
    }

    private static StaticRoute route(String text) {
        String[] words = text.split("\\s+");
        try {
            Ipv4Prefix prefix = words[0].equals("default") ? Ipv4Prefix.ALL : Ipv4Prefix.parse(words[0]);
            boolean via = words[1].equals("via");
            if (!via && !words[1].equals("dev")) {
                throw new IllegalArgumentException(words[1]);
            }
            Ipv4Address nextHop = via ? Ipv4Address.parse(words[2]) : Ipv4Address.ANY;
            Map<String, String> options = new HashMap<>();
            for (int i = via ? 3 : 2; i < words.length; i++) {
                int equals = words[i].indexOf('=');
                options.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
            String mtu = options.remove("mtu");
            int mtuBytes = mtu == null ? 0 : Integer.parseInt(mtu);
            if (mtuBytes != 0) {
                new Route(prefix, nextHop, mtuBytes, options);
            }
            if (options.containsKey(Weights.OPTION)) {
                weight(options.get(Weights.OPTION));
            }
            return new StaticRoute(prefix, nextHop, mtuBytes, Map.copyOf(options));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ConfigException("routes", text,
                "(PREFIX | default) (via ROUTER | dev) KEY=VALUE..., such as default via 10.0.0.1 congestion=dctcp; weight is 1 to "
                    + Weights.MOST);
        }
    }
}
