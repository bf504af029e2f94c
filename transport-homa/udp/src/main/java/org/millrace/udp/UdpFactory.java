package org.millrace.udp;

import java.util.Set;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Header;

/** Makes UDP. It has no options. */
public class UdpFactory implements TransportFactory {
    /** Makes the factory. */
    public UdpFactory() {
    }

    @Override
    public String name() {
        return "udp";
    }

    @Override
    public int protocol() {
        return Ipv4Header.UDP;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.MESSAGES);
    }

    @Override
    public Transport create(TransportHost host) {
        host.options().keySet().stream().findAny().ifPresent(key -> {
            throw new IllegalArgumentException("unknown option " + key + ": " + name() + " has none");
        });
        UdpProgram program = new UdpProgram(host);
        UdpControl control = new UdpControl(host, program);
        return new Transport() {
            @Override
            public Program<?> program() {
                return program;
            }

            @Override
            public ControlPlane control() {
                return control;
            }
        };
    }
}
