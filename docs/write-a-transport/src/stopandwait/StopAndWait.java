package stopandwait;

import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.Transport;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Header;

/** Makes the transport. */
public final class StopAndWait implements TransportFactory {
    static final String NAME = "stop-and-wait";

    /** What runs for each segment: which stages, in which order. */
    static final class Machine implements Program<Header.Meta> {
        private final Lookup lookup;
        private final Exchange exchange;
        private final Header codec = new Header();
        private StateTables states;

        Machine(TransportHost host) {
            lookup = new Lookup(host.lookup());
            exchange = new Exchange(host.contextQueue(), host.dma(),
                host.port().mtuBytes() - Ipv4Header.MIN_LENGTH - Header.LENGTH);
        }

        /** {@return the state of a flow, for the control plane} */
        Peer peer(int flow) {
            return states.seek(exchange, new Peer(), flow);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Header.Meta newMeta() {
            return new Header.Meta();
        }

        @Override
        public List<Stage<? super Header.Meta, ?>> stages(Workflow workflow) {
            return switch (workflow) {
                case RX -> List.of(lookup, exchange);
                case HC -> List.of(exchange);
                case TX, MIRROR -> List.of();
            };
        }

        @Override
        public HeaderCodec<Header.Meta> codec() {
            return codec;
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE; // a message goes out when it is asked for
        }

        @Override
        public void loaded(StateTables tables) {
            states = tables;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int protocol() {
        return Header.PROTOCOL;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.MESSAGES);
    }

    @Override
    public Transport create(TransportHost host) {
        Machine machine = new Machine(host);
        Control control = new Control(host, machine);
        return new Transport() {
            @Override
            public Program<?> program() {
                return machine;
            }

            @Override
            public ControlPlane control() {
                return control;
            }
        };
    }
}
