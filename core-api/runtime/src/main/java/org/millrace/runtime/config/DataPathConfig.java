package org.millrace.runtime.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.net.Route;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * What a data path is made of.
 *
 * @param instance   name, for messages
 * @param hardware   runs the programs
 * @param transports in the order in which applications number them; each IP protocol once
 * @param port       open; the data path closes it
 * @param addresses  its addresses, at least one
 * @param routes     its routes
 * @param capacity   limits
 * @param random     for secrets and hash keys
 * @param place      which of the data paths behind its addresses it is
 * @param weights    of users' contexts, by the user's id; empty: contexts are alike
 */
public record DataPathConfig(String instance, HardwareBackend hardware, List<TransportChoice> transports, Port port,
                             List<Ipv4Address> addresses, List<Route> routes, Capacity capacity,
                             RandomGenerator random, ShardPlace place, Map<Integer, Integer> weights) {
    /**
     * A transport to load.
     *
     * @param factory    makes it
     * @param options    its options
     * @param extensions what its program goes through before it is admitted, in order
     */
    public record TransportChoice(TransportFactory factory, Map<String, String> options,
                                  List<ProgramExtension> extensions) {
        /** Copies what it is given. */
        public TransportChoice {
            options = Map.copyOf(options);
            extensions = List.copyOf(extensions);
        }

        /**
         * A transport without extensions.
         *
         * @param factory makes it
         * @param options its options
         */
        public TransportChoice(TransportFactory factory, Map<String, String> options) {
            this(factory, options, List.of());
        }

        /**
         * {@return the same with other extensions}
         *
         * @param others the extensions
         */
        public TransportChoice with(List<ProgramExtension> others) {
            return new TransportChoice(factory, options, others);
        }
    }

    /**
     * The only one behind its addresses, to which contexts are alike.
     *
     * @param instance   name, for messages
     * @param hardware   runs the programs
     * @param transports in the order in which applications number them; each IP protocol once
     * @param port       open; the data path closes it
     * @param addresses  its addresses, at least one
     * @param routes     its routes
     * @param capacity   limits
     * @param random     for secrets and hash keys
     */
    public DataPathConfig(String instance, HardwareBackend hardware, List<TransportChoice> transports, Port port,
                          List<Ipv4Address> addresses, List<Route> routes, Capacity capacity, RandomGenerator random) {
        this(instance, hardware, transports, port, addresses, routes, capacity, random, ShardPlace.ALONE, Map.of());
    }

    /**
     * {@return one data path of an instance}
     *
     * @param config     the instance's
     * @param hardware   runs the programs
     * @param transports in the order in which applications number them
     * @param port       open; the data path closes it
     * @param random     for secrets and hash keys
     * @param place      which of the data paths behind its addresses it is
     */
    public static DataPathConfig of(InstanceConfig config, HardwareBackend hardware, List<TransportChoice> transports, Port port,
                                    RandomGenerator random, ShardPlace place) {
        return new DataPathConfig(config.name(), hardware, transports, port,
            config.addresses().stream().map(InstanceConfig.LocalAddress::address).toList(), routes(config, port.info().mtuBytes()),
            config.capacity(), random, place, config.weights());
    }

    /**
     * {@return the routes of an instance: what it is configured, and its addresses' links}
     *
     * @param config   the instance's
     * @param mtuBytes the port's, which no route's exceeds
     */
    public static List<Route> routes(InstanceConfig config, int mtuBytes) {
        List<Route> routes = new ArrayList<>();
        for (InstanceConfig.StaticRoute route : config.routes()) {
            routes.add(new Route(route.prefix(), route.nextHop(),
                route.mtuBytes() == 0 ? mtuBytes : Math.min(route.mtuBytes(), mtuBytes), route.options()));
        }
        for (InstanceConfig.LocalAddress local : config.addresses()) {
            Ipv4Prefix prefix = Ipv4Prefix.containing(local.address(), local.prefixLength());
            if (routes.stream().noneMatch(route -> route.prefix().equals(prefix))) {
                routes.add(new Route(prefix, Ipv4Address.ANY, mtuBytes, Map.of()));
            }
        }
        return routes;
    }

    /** Checks what the data path relies on. */
    public DataPathConfig {
        if (transports.stream().map(choice -> choice.factory().protocol()).distinct().count() != transports.size()) {
            throw new IllegalArgumentException("two transports have the same IP protocol: "
                + transports.stream().map(choice -> choice.factory().name()).toList() + ", allowed is one each");
        }
    }
}
