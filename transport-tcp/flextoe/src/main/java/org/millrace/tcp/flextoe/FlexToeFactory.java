package org.millrace.tcp.flextoe;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.millrace.api.pipeline.Program;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.TcpControl;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.control.program.TcpConfig;

/** Makes FlexTOE's TCP with the control plane that all TCP programs share. Options: see {@link TcpConfig}. */
public class FlexToeFactory implements TransportFactory {
    private static final int TCP = 6;

    private final List<CongestionAlgorithm> plugged = new CopyOnWriteArrayList<>();

    /** Makes the factory. */
    public FlexToeFactory() {
    }

    /**
     * New connections may use it from now on, by {@code congestion = plug-in:NAME}. Any thread.
     *
     * @param algorithm congestion control
     */
    public final void plug(CongestionAlgorithm algorithm) {
        plugged.add(algorithm);
    }

    /**
     * New connections do without it; those there are keep it. Any thread.
     *
     * @param algorithm congestion control
     */
    public final void unplug(CongestionAlgorithm algorithm) {
        plugged.remove(algorithm);
    }

    @Override
    public String name() {
        return "tcp-flextoe";
    }

    @Override
    public int protocol() {
        return TCP;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.STREAMS);
    }

    @Override
    public Transport create(TransportHost host) {
        TcpConfig config = TcpConfig.parse(host.options());
        if (!config.pacing().equals(TcpConfig.PULL)) {
            throw new IllegalArgumentException("pacing is " + config.pacing() + ", allowed with " + name() + " is "
                + TcpConfig.PULL);
        }
        FlexToe program = new FlexToe(host, config);
        TcpControl control = new TcpControl(host, program, config, plugged);
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
