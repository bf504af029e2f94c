package org.millrace.cli.journal;

import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Makes the data paths of a replay. */
final class ReplayHost {
    private static final int FLOWS = 1 << 16;

    private ReplayHost() {
    }

    static DataPath create(String name, Port port, Collection<InetAddress> addresses, long seed) {
        return new DataPath(new DataPathConfig(name, new BluefieldBackend(),
            List.of(new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of())), port,
            addresses.stream().map(Ipv4Address::from).toList(),
            List.of(Route.onLink(Ipv4Prefix.ALL, port.info().mtuBytes())), new Capacity(FLOWS, 1), new Random(seed)));
    }
}
