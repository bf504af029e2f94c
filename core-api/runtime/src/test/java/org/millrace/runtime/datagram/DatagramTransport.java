package org.millrace.runtime.datagram;

import java.util.List;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Header;

/** UDP in four small classes: shows that the runtime carries messages, and tests it. */
public final class DatagramTransport implements TransportFactory {
    private DatagramControl control;

    @Override
    public String name() {
        return "datagram";
    }

    @Override
    public int protocol() {
        return Ipv4Header.UDP;
    }

    @Override
    public Transport create(TransportHost host) {
        DatagramProgram program = new DatagramProgram(host);
        control = new DatagramControl(host, program);
        DatagramControl made = control;
        return new Transport() {
            @Override
            public Program<?> program() {
                return program;
            }

            @Override
            public ControlPlane control() {
                return made;
            }
        };
    }

    /** {@return what the last transport made was told about neighbours and errors} */
    public List<String> told() {
        return control.neighbours;
    }

    /** Breaks a socket. */
    public void fail(int context, int connection, Status status) {
        control.fail(context, connection, status);
    }
}
