package org.millrace.tcp.laminar;

import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.TcpConfig;
import org.millrace.tcp.control.TcpControl;

/** Makes Laminar's TCP with the control plane that all TCP programs share. Options: see {@link TcpConfig}. */
public class LaminarFactory implements TransportFactory {
    private static final int TCP = 6;

    /** Makes the factory. */
    public LaminarFactory() {
    }

    @Override
    public String name() {
        return Laminar.NAME;
    }

    @Override
    public int protocol() {
        return TCP;
    }

    @Override
    public Transport create(TransportHost host) {
        Laminar program = new Laminar(host);
        TcpControl control = new TcpControl(host, program, TcpConfig.parse(host.options()));
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
