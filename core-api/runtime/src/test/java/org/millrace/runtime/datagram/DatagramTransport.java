package org.millrace.runtime.datagram;

import java.util.List;
import java.util.Set;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.udp.UdpFactory;

/** UDP, with a door for tests. */
public class DatagramTransport implements TransportFactory {
    private final UdpFactory udp = new UdpFactory();
    private DatagramControl control;

    @Override
    public String name() {
        return "datagram";
    }

    @Override
    public int protocol() {
        return udp.protocol();
    }

    @Override
    public Set<Service> services() {
        return udp.services();
    }

    @Override
    public Transport create(TransportHost host) {
        Transport made = udp.create(host);
        DatagramControl around = new DatagramControl(host, made.control());
        control = around;
        return new Transport() {
            @Override
            public Program<?> program() {
                return made.program();
            }

            @Override
            public ControlPlane control() {
                return around;
            }
        };
    }

    /** {@return what the last transport made was told about neighbours and errors} */
    public List<String> told() {
        return control.told;
    }

    /** Breaks a socket. */
    public void fail(int context, int connection, Status status) {
        control.fail(context, connection, status);
    }
}
