package org.millrace.runtime.path;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.datagram.DatagramTransport;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** A data path with the datagram transport in a test's hands: no thread, and contexts opened at once. */
public final class TestHost implements ContextProvider {
    public final DatagramTransport transport = new DatagramTransport();
    public final DataPath path;
    public AppContext lastOpened;
    int rings;

    public TestHost(Port port, String address) {
        this(port, address, new BluefieldBackend());
    }

    public TestHost(Port port, String address, HardwareBackend hardware) {
        path = new DataPath(new DataPathConfig("test", hardware,
            List.of(new DataPathConfig.TransportChoice(transport, Map.of())), port, List.of(Ipv4Address.parse(address)),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), port.info().mtuBytes())), new Capacity(64, 4),
            new Random(1)));
    }

    @Override
    public ContextGrant open(ContextSize size) {
        AppContext context = path.open(size);
        lastOpened = context;
        return new ContextGrant() {
            @Override
            public String instance() {
                return "test";
            }

            @Override
            public MemorySegment region() {
                return context.region.segment();
            }

            @Override
            public List<String> transports() {
                return path.transports().names();
            }

            @Override
            public void ring() {
                rings++;
            }

            @Override
            public boolean isOpen() {
                return context.layout.isOpen();
            }

            @Override
            public void close() {
                path.close(context, 0);
            }
        };
    }
}
